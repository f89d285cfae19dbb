// SPDX-License-Identifier: MIT
#include "core/fleet/export_lines.h"

#include <cmath>
#include <string>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::fleet;

namespace {

struct Got {
    Result<void> done{};
    std::vector<std::string> series{};
    std::vector<double> times{}, values{};
};

Got lines_of(const std::string& text) {
    Got got;
    AnswerNotes notes;
    bool given = false;
    JsonTokens tokens([&]() -> std::string_view {
        return std::exchange(given, true) ? std::string_view() : std::string_view(text);
    });
    got.done = read_export(tokens, notes,
                           {.series =
                                [&](const Labels& labels) {
                                    got.series.push_back(labels.empty() ? "" : labels[0].value);
                                    return got.series.back() != "unwanted";
                                },
                            .samples =
                                [&](std::span<const double> times_ms, std::span<const double> values) {
                                    got.times.insert(got.times.end(), times_ms.begin(), times_ms.end());
                                    got.values.insert(got.values.end(), values.begin(), values.end());
                                }});
    return got;
}

}  // namespace

TEST_CASE("an export is a line a series", "[fleet]") {
    const Got got = lines_of(R"({"metric":{"job":"a"},"values":[1,null,3e9],"timestamps":[1000,2000,3000]}
{"metric":{"job":"unwanted"},"values":[1],"timestamps":[1000]}
{"metric":{"job":"b"},"values":[],"timestamps":[]}
)");
    REQUIRE(got.done);
    CHECK(got.series == std::vector<std::string>{"a", "unwanted", "b"});
    CHECK(got.times == std::vector<double>{1000, 2000, 3000});
    REQUIRE(got.values.size() == 3);
    CHECK(std::isnan(got.values[1]));
    CHECK(got.values[2] == 3e9);
    CHECK(lines_of("").done);
}

TEST_CASE("a line that ends early, or has not as many times as values, is an error", "[fleet]") {
    const std::string whole = R"({"metric":{"a":"b"},"values":[1],"timestamps":[2]})";
    for (std::size_t length = 1; length < whole.size(); ++length) {
        INFO(length);
        CHECK_FALSE(lines_of(whole.substr(0, length)).done);
    }
    CHECK_FALSE(lines_of(R"({"metric":{"a":"b"},"values":[1,2],"timestamps":[2]})").done);
    CHECK_FALSE(lines_of(R"({"values":[1],"timestamps":[2]})").done);
    CHECK_FALSE(lines_of(R"({"metric":{"a":"b"},"values":[[1]],"timestamps":[2]})").done);
    CHECK_FALSE(lines_of("[]").done);
    std::string many = R"({"metric":{"a":"b"},"values":[0)";
    for (std::size_t i = 0; i < kMostInLine; ++i) many += ",0";
    CHECK_FALSE(lines_of(many + "]}").done);
}
