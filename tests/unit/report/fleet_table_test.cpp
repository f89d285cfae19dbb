// SPDX-License-Identifier: MIT
#include "core/report/fleet_table.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::report;
using namespace std::chrono_literals;

namespace {

FleetRow row(const std::string& pod, Claim claim, double slope_per_s = 0) {
    return {.labels = {{"namespace", "shop"}, {"pod", pod}},
            .workload = "shop/" + pod.substr(0, 1),
            .claim = claim,
            .ever_leak = claim == Claim::leak,
            .now = 104857600,
            .slope_per_s = slope_per_s};
}

const FleetFrame kFrame{.wall = 86400s * 20000, .time = 9 * 24h, .step = 60s};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("what meets its limit first stands first, then what is sure, then what is fast", "[report]") {
    FleetRow soon = row("a", Claim::growing, 100), sure = row("b", Claim::leak, 100),
             fast = row("c", Claim::leak, 1000), none = row("d", Claim::healthy),
             unknown = row("e", Claim::undecided);
    soon.limit_in_s = 3600;
    CHECK(goes_before(soon, fast));
    CHECK(goes_before(fast, sure));
    CHECK(goes_before(sure, unknown));
    CHECK(goes_before(unknown, none));
}

TEST_CASE("members of a workload that grow alike are one line, with the soonest limit", "[report]") {
    FleetTable table(20, false);
    for (int i = 0; i < 12; ++i) {
        FleetRow one = row("a" + std::to_string(i), Claim::leak, 1000.0 + i);
        one.limit_in_s = 3600.0 * (12 - i);
        table.add(one);
    }
    table.add(row("a-fast", Claim::leak, 100'000));
    for (int i = 0; i < 28; ++i) table.add(row("a" + std::to_string(20 + i), Claim::healthy));
    const std::string text = table.text(kFrame, 100);
    CHECK(has(text, "13 of 41 targets leak"));
    CHECK(has(text, "shop/a (12 of 41 alike)"));
    CHECK(has(text, format_duration(3600s) + "  shop/a"));
    CHECK(has(text, "a-fast"));
    CHECK(has(text, "namespace=shop"));
    CHECK_FALSE(has(text, "namespace=shop, pod"));
}

TEST_CASE("a fleet without a leak says so, and --only leaks shows none", "[report]") {
    FleetTable table(20, true);
    table.add(row("a", Claim::healthy));
    table.add(row("b", Claim::growing, 10));
    CHECK(has(table.text(kFrame, 80), "No leak in 2 targets, 1 more may"));
    CHECK_FALSE(has(table.text(kFrame, 80), "verdict"));
    CHECK(table.leaks() == 0);
}

TEST_CASE("a leak that is over is told as such", "[report]") {
    FleetRow over = row("a", Claim::healthy);
    over.ever_leak = true;
    FleetTable table(20, true);
    table.add(over);
    CHECK(has(table.text(kFrame, 80), "1 did and are over"));
    CHECK(has(table.text(kFrame, 80), "\nover "));
    CHECK(table.leaks() == 1);
}

TEST_CASE("so many lines are shown, none is too long, and no label reaches the terminal as it is",
          "[report]") {
    FleetTable table(5, false);
    for (int i = 0; i < 900; ++i) {
        FleetRow one = row("p" + std::to_string(i), Claim::healthy);
        one.labels.push_back({"image", std::string(300, 'x') + "\x1b[31m"});
        one.labels.push_back({"n", std::to_string(i)});
        table.add(one);
    }
    const std::string text = table.text(kFrame, 80);
    CHECK(has(text, "and 895 more, less urgent"));
    CHECK_FALSE(has(text, "\x1b"));
    for (const std::string_view line : split(text, '\n')) CHECK(line.size() <= 80);
}

TEST_CASE("a target that has been silent for long does not leak any more", "[report]") {
    Verdict verdict{.claim = Claim::leak, .wall = 1000h, .ever_leak = true};
    const FleetRow now = fleet_row({{"__name__", "x"}, {"a", "b"}}, "w", verdict, 1000h + 14min, 60s);
    CHECK_FALSE(now.ended);
    CHECK(now.labels == Labels{{"a", "b"}});
    const FleetRow ended = fleet_row({{"a", "b"}}, "w", verdict, 1000h + 16min, 60s);
    CHECK(ended.ended);
    CHECK_FALSE(fleet_row({}, "w", verdict, 1000h + 16min, 300s).ended);
    FleetTable table(20, false);
    table.add(ended);
    CHECK(has(table.text(kFrame, 80), "No leak in 1 target, 1 did and are over"));
    CHECK(table.leaks() == 1);
}

TEST_CASE("a leak that falls just now has a line like others", "[report]") {
    FleetTable alone(20, false), among(20, false);
    alone.add(row("a", Claim::leak, -500));
    for (const double slope : {-900.0, -500.0, 1000.0}) among.add(row("a", Claim::leak, slope));
    CHECK(alone.leak_lines().size() == 1);
    std::int64_t members = 0;
    for (const FleetRow& line : among.leak_lines()) members += line.members;
    CHECK(members == 3);
    CHECK(has(alone.text(kFrame, 100), "1 of 1 target leaks"));
}
