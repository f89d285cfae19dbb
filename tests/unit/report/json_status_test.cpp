// SPDX-License-Identifier: MIT
#include "core/report/json_status.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

namespace rampwatch::report {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

TEST_CASE("a target that was never judged is told with nulls, not with zeros", "[report]") {
    Report report{.host = "db1", .made_wall = 1772445600s};
    report.troubles = {{Error::Kind::io, "cannot read", "x.db", "look"}};
    const TargetReport target{.name = "nginx\xff"};
    const Json json = Json::parse(json_status({{&target, "gone"}}, report));

    CHECK(json["schema"] == "rampwatch.status/1");
    CHECK(json["host"] == "db1");
    const Json& row = json["targets"][0];
    CHECK(row["target"] == "nginx\xef\xbf\xbd");
    CHECK(row["watcher"] == "gone");
    for (const char* member : {"pid", "unit", "memory_bytes", "slope_per_s", "limit", "last_sample"}) {
        CAPTURE(member);
        CHECK(row[member].is_null());
    }
    CHECK(json["troubles"][0]["what"] == "cannot read");
}

TEST_CASE("histories are told with their counts", "[report]") {
    HistoryRow row{.target = "nginx",
                   .lives = 3,
                   .samples = 7,
                   .minutes = 5,
                   .tens = 2,
                   .file_bytes = 4096,
                   .state = "ended"};
    const Json json = Json::parse(json_histories({row}, {}));

    const Json& told = json["histories"][0];
    CHECK(told["lives"] == 3);
    CHECK(told["tens"] == 2);
    CHECK(told["since"].is_null());
    CHECK(told["state"] == "ended");
}

}  // namespace
}  // namespace rampwatch::report
