// SPDX-License-Identifier: MIT
#include "core/harvest/harvest.h"

#include <fmt/format.h>

#include "core/base/http.h"
#include "tests/canned_server.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::harvest;
using namespace std::chrono_literals;
using test::http_reply;

namespace {

constexpr std::size_t kTargets = 400;

std::string list_of(std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i)
        list += fmt::format(R"({}{{"__name__":"a_bytes","instance":"h{}"}})", i == 0 ? "" : ",", i);
    return R"({"status":"success","data":[)" + list + "]}";
}

std::string matrix(const std::string& series) {
    return R"({"status":"success","data":{"resultType":"matrix","result":[)" + series + "]}}";
}

// All targets of a server that gives this one answer to each question for values, by four workers at once.
struct Harvested {
    Outcome outcome{};
    std::size_t judged = 0;
};

Harvested harvest_of(const std::string& answer) {
    const test::CannedServer canned(
        {{"/api/v1/series", http_reply(200, "application/json", list_of(kTargets))}}, answer);
    Settings settings{.protocol = Protocol::range,
                      .grid = {.start_ms = 60'000, .step_ms = 60'000, .count = 100},
                      .workers = 4};
    settings.query.selector = {{fleet::Matcher::Kind::equal, "__name__", "a_bytes"}};
    settings.server = {.url = canned.url(), .access = {}, .first_wait = 1ms, .tries = 2};
    settings.server.access.patience = 1s;
    Harvested harvested;
    harvested.outcome = harvest::harvest(settings, [&](const Judged&) { ++harvested.judged; }, {});
    return harvested;
}

Harvested harvest_of_json(const std::string& body) {
    return harvest_of(http_reply(200, "application/json", body));
}

}  // namespace

TEST_CASE("whatever a server answers to a range, all of it is judged, or told as not judged", "[harvest]") {
    if (!http_is_built_in()) return;
    const std::string deep(100'000, '['), wide(100'000, 'x');
    const std::string labels = R"("metric":{"__name__":"a_bytes","instance":"h1"})";
    const std::vector<std::string> bodies = {
        "",
        "\xff\xfe\x00garbage",
        "{",
        deep,
        R"({"status":"success","data":)" + deep,
        R"({"status":"error","error":")" + wide + "\"}",
        R"({"status":"success","data":{"resultType":"vector","result":[]}})",
        matrix(R"({"values":[[60,"1"]],)" + labels + "}"),
        matrix(R"({"metric":{"instance":")" + wide + R"("},"values":[[60,"1"]]})"),
        matrix("{" + labels + R"(,"values":[[60,"5e6"],[120,"6e6"]]})").substr(0, 120),
    };
    for (const std::string& body : bodies) {
        INFO(body.substr(0, 100));
        const auto [outcome, judged] = harvest_of_json(body);
        CHECK(outcome.targets == kTargets);
        CHECK(outcome.trouble.has_value());
        CHECK(outcome.not_judged == kTargets);
        CHECK(judged == 0);
    }
}

TEST_CASE("values that are none keep those from being judged that are asked for with them", "[harvest]") {
    if (!http_is_built_in()) return;
    const auto [outcome, judged] = harvest_of_json(
        matrix(R"({"metric":{"__name__":"a_bytes","instance":"h1"},"values":[[60,"1"],[60]]})"));
    CHECK(outcome.trouble.has_value());
    CHECK(outcome.not_judged > 0);
    CHECK(outcome.not_judged + outcome.silent == kTargets);
    CHECK(judged == 0);
}

TEST_CASE("what is odd in an answer but can be read is left out", "[harvest]") {
    if (!http_is_built_in()) return;
    const std::string labels = R"("metric":{"__name__":"a_bytes","instance":"h1"})";
    std::string backwards, many;
    for (int at = 100; at > 0; --at)
        backwards += fmt::format(R"({}[{},"{}e6"])", at == 100 ? "" : ",", at * 60, at);
    for (int i = 0; i < 2000; ++i)
        many += fmt::format(R"({{"metric":{{"instance":"other{}"}},"values":[[60,"1"]]}},)", i);
    const std::string sane = "{" + labels + R"(,"values":[)" + backwards + "]}";
    for (const std::string& series :
         {sane, many + sane, sane + "," + sane, R"({"values":null,)" + sane.substr(1)}) {
        const auto [outcome, judged] = harvest_of_json(matrix(series));
        if (outcome.trouble) CHECK(series.starts_with(R"({"values")"));
        if (outcome.trouble) continue;
        CHECK(judged == 1);
        CHECK(outcome.silent == kTargets - 1);
        CHECK(outcome.not_judged == 0);
    }
    for (const char* value : {"NaN", "-1", "1e300", "+Inf", "", "x"}) {
        const auto [outcome, judged] =
            harvest_of_json(matrix("{" + labels + R"(,"values":[[60,")" + value + "\"]]}"));
        CHECK_FALSE(outcome.trouble);
        CHECK(judged == 0);
    }
}

TEST_CASE("a list that is asked for again is told once", "[harvest]") {
    if (!http_is_built_in()) return;
    const std::string list = list_of(3), cut = list.substr(0, list.size() - 4);
    const test::CannedServer canned({{"/api/v1/series", http_reply(200, "application/json", cut)}});
    const Server server{.url = canned.url(), .access = {}, .first_wait = 1ms, .tries = 3};
    fleet::TargetList targets(fleet::Grouping::by_labels, 0, 1);
    FetchNotes notes;
    CHECK(list_targets(server, {}, {.start_ms = 60'000, .count = 2}, targets, notes));
    CHECK(notes.asked.questions == 3);
    CHECK(targets.listed() <= 3);
    CHECK(targets.size() <= 3);
}
