// SPDX-License-Identifier: MIT
#include "core/report/json_verdict.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/unit/report/verdicts.h"

namespace rampwatch::report {
namespace {

using Json = nlohmann::ordered_json;

Json analysis(const Verdict& verdict, const AnalysisSource& source = {.name = "a.csv"}) {
    return Json::parse(json_analysis(verdict, source));
}

TEST_CASE("an analysis has every member of its schema", "[report]") {
    const Json json = analysis(leak_verdict());

    CHECK(json["schema"] == "rampwatch.analysis/1");
    CHECK(json["source"] == "a.csv");
    CHECK(json["samples"] == 72001);
    CHECK(json["duration_s"] == 72000.0);
    CHECK(json["verdict"] == "leak");
    CHECK(json["series"] == "memory");
    CHECK(json["shape"] == "ramp");
    CHECK(json["unit"] == "bytes");
    CHECK(json["slope_per_s"].get<double>() == Approx(4.4 * kMiB / 3600));
    CHECK(json["slope_ci95_per_s"][0].get<double>() == Approx(4.1 * kMiB / 3600));
    CHECK(json["onset_s"] == 25920.0);
    CHECK(json["suspected_at_s"] == 36000.0);
    CHECK(json["detected_at_s"] == 61200.0);
    CHECK(json["evidence"][1] == Json({{"gate", "significance"},
                                       {"value", 31.0},
                                       {"threshold", 10.0},
                                       {"at_least", true},
                                       {"passed", true}}));
    CHECK(json["all_series"]["threads"]["unit"] == "count");
    CHECK(json["all_series"]["memory"]["detected_at_s"] == 61200.0);
    CHECK(json["forecast"]["limit_kind"] == "cgroup_max");
}

TEST_CASE("what is unknown is null, not missing", "[report]") {
    const Json json = analysis(early_verdict());

    for (const char* member :
         {"slope_ci95_per_s", "onset_s", "suspected_at_s", "detected_at_s", "forecast"}) {
        REQUIRE(json.contains(member));
        CHECK(json[member].is_null());
    }
    CHECK(json["evidence"].empty());
}

TEST_CASE("what is not finite is null", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.series[index(Series::memory)]->slope_per_s = std::numeric_limits<double>::quiet_NaN();
    verdict.forecast->eta_range_s.high = std::numeric_limits<double>::infinity();

    CHECK(analysis(verdict)["slope_per_s"].is_null());
    CHECK(analysis(verdict)["forecast"]["eta_range_s"][1].is_null());
}

TEST_CASE("the time of detection is the first of all series", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.series[index(Series::threads)]->suspected_at = std::chrono::hours(9);

    CHECK(analysis(verdict)["suspected_at_s"] == 32400.0);
    CHECK(analysis(verdict)["all_series"]["memory"]["suspected_at_s"] == 36000.0);
}

TEST_CASE("a name that is not UTF-8 still makes valid JSON on one line", "[report]") {
    const std::string line =
        json_analysis(leak_verdict(), {.name = "a\xff\n.csv", .ignored_columns = {"\xfe"}});

    CHECK(line.find('\n') == std::string::npos);
    CHECK(Json::parse(line)["source"] == "a\xef\xbf\xbd\n.csv");
}

}  // namespace
}  // namespace rampwatch::report
