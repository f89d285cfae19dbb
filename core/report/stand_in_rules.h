// SPDX-License-Identifier: MIT
// Rules for Prometheus in which a comparator that it can run itself stands in for the Judge, with what it
// costs in false alarms: figures of `./run score`, where the same rule is the comparator "floors"
// (tests/score/comparators.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rampwatch::report {

struct StandIn {
    std::vector<std::string> selectors{};  // of gauges in bytes, as PromQL has them; the first that has a
                                           // target's labels counts. At least one, without line feeds
    std::int64_t min_growth_bytes = std::int64_t{16} << 20;
    std::string ask{};  // the command that has the Judge look at the same series, for people
};

// A file of rules, as YAML: promtool check rules takes it.
std::string stand_in_rules(const StandIn& stand_in);

}  // namespace rampwatch::report
