// SPDX-License-Identifier: MIT
#include "core/report/fleet_metrics.h"

#include "tests/catch.h"

namespace rampwatch::report {
namespace {

FleetRow row(const std::string& pod, Claim claim, double slope) {
    return {.labels = {{"namespace", "shop"}, {"pod", pod}},
            .workload = "shop/" + pod,
            .claim = claim,
            .ever_leak = claim == Claim::leak,
            .now = 1e9,
            .slope_per_s = slope};
}

bool has(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("a fleet's findings are metrics, with a series a leak", "[report]") {
    FleetTable table(20, false);
    FleetRow leak = row("a\"b", Claim::leak, 1024);
    leak.limit_in_s = 3600;
    table.add(leak);
    table.add(row("c", Claim::healthy, 0));
    table.add(row("d", Claim::growing, 2048));
    const std::string text =
        fleet_metrics(table, {.wall = std::chrono::seconds(1772445600), .not_judged = 7}, false);

    CHECK(has(text, "rampwatch_fleet_targets 3"));
    CHECK(has(text, "rampwatch_fleet_targets_leaking 1"));
    CHECK(has(text, "rampwatch_fleet_targets_not_judged 7"));
    CHECK(has(text, "rampwatch_fleet_complete 0"));
    CHECK(has(text, "rampwatch_fleet_end_timestamp_seconds 1772445600"));
    CHECK(has(
        text,
        R"(rampwatch_fleet_leak_growth_per_second{workload="shop/a\"b",target="namespace=shop, pod=a\"b",series="memory"} 1024)"));
    CHECK(has(
        text,
        R"(rampwatch_fleet_leak_limit_seconds{workload="shop/a\"b",target="namespace=shop, pod=a\"b",series="memory"} 3600)"));
    CHECK(text.find("pod=d") == std::string::npos);
}

TEST_CASE("a fleet without a leak has no series of leaks", "[report]") {
    FleetTable table(20, false);
    table.add(row("c", Claim::healthy, 0));
    const std::string text = fleet_metrics(table, {}, true);

    CHECK(has(text, "rampwatch_fleet_complete 1"));
    CHECK(text.find("fleet_leak_") == std::string::npos);
}

}  // namespace
}  // namespace rampwatch::report
