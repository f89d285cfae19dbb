// SPDX-License-Identifier: MIT
#include "core/report/stand_in_rules.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "core/base/units.h"

namespace rampwatch::report {
namespace {

// Of `./run score --years 0.5 --seed 9001`, 14 lives a family: alarms in a process-year; 26 are one a life.
struct AlarmRow {
    std::string_view family{};
    double stand_in = 0, predict = 0, slope = 0;
};
constexpr std::array<AlarmRow, 12> kAlarms = {{
    {"flat", 0, 0, 0},
    {"warm_up", 0, 9.32, 5.59},
    {"line_fill", 0, 5.59, 7.45},
    {"two_level_gc", 0, 3.73, 3.73},
    {"sawtooth", 0, 0, 0},
    {"bursts", 0, 5.59, 0},
    {"uneven_days", 0, 7.45, 22.36},
    {"diurnal", 3.73, 9.32, 24.23},
    {"ratchet", 5.59, 7.45, 9.32},
    {"steps", 9.32, 18.64, 0},
    {"walk", 11.18, 3.73, 14.91},
    {"slow_cache", 13.04, 5.59, 24.23},
}};

// Leaks of the same run, all of which both find: hours from their beginning, medians.
struct DelayRow {
    std::string_view family{};
    double stand_in_h = 0, judge_h = 0;
};
constexpr std::array<DelayRow, 7> kDelays = {{
    {"story", 24.6, 26.7},
    {"ramp", 19.4, 7.7},
    {"sawtooth_ramp", 17.6, 12.8},
    {"staircase", 19.6, 8.5},
    {"diurnal_ramp", 23.3, 12.4},
    {"ramp_from_start", 24.6, 27.7},
    {"warm_up_ramp", 30.6, 35.7},
}};

std::string comment(const StandIn& stand_in) {
    std::string text =
        "# Written by rampwatch rules: a stand-in for the Judge of rampwatch that\n"
        "# Prometheus can run itself. The least value of six hours must rise from each\n"
        "# six hours to the next through a day, and in the last six by half of the mean\n"
        "# step or more. It sees one day of one series, not nine, and no restarts. The\n"
        "# Judge is asked by\n"
        "#\n"
        "#     " +
        stand_in.ask +
        "\n"
        "#\n"
        "# What the rule costs, on simulated processes (./run score --years 0.5 --seed\n"
        "# 9001, where it is \"floors\"). False alarms in a process-year; 26 is one in\n"
        "# every life of two weeks:\n"
        "#\n"
        "#   healthy process     this rule   predict_linear   slope, R^2   the Judge\n";
    for (const AlarmRow& row : kAlarms)
        text += fmt::format("#   {:<18} {:>10.1f} {:>16.1f} {:>12.1f} {:>11}\n", row.family, row.stand_in,
                            row.predict, row.slope, "none");
    text +=
        "#\n"
        "# (None in fourteen such lives: less than 5.6 a year, with 95 % confidence.)\n"
        "#\n"
        "# Hours from the beginning of a leak to its alarm, medians; both find all:\n"
        "#\n"
        "#   leak                this rule    the Judge\n";
    for (const DelayRow& row : kDelays)
        text += fmt::format("#   {:<18} {:>10.1f} {:>12.1f}\n", row.family, row.stand_in_h, row.judge_h);
    return text + "#\n# The first alarm needs a day of the recorded floor.\n";
}

std::string floor_of(const StandIn& stand_in) {
    std::string text;
    for (const std::string& selector : stand_in.selectors)
        text += fmt::format("{}          min_over_time({}[6h])\n", text.empty() ? "" : "          or\n",
                            selector);
    return text;
}

}  // namespace

std::string stand_in_rules(const StandIn& stand_in) {
    return comment(stand_in) + R"(groups:
  - name: rampwatch-stand-in
    interval: 5m
    rules:
      - record: rampwatch:memory_floor:min6h
        expr: |-
)" + floor_of(stand_in) +
           R"(      - record: rampwatch:memory_rise:1d
        expr: |-
          rampwatch:memory_floor:min6h - rampwatch:memory_floor:min6h offset 1d
      - alert: MemoryRisesLikeALeak
        expr: |-
          rampwatch:memory_rise:1d >= )" +
           fmt::format("{}  # {}\n", stand_in.min_growth_bytes,
                       format_size(static_cast<double>(stand_in.min_growth_bytes))) +
           R"(          and rampwatch:memory_rise:1d >= 0.05 * rampwatch:memory_floor:min6h offset 1d
          and rampwatch:memory_floor:min6h > rampwatch:memory_floor:min6h offset 6h
          and rampwatch:memory_floor:min6h offset 6h > rampwatch:memory_floor:min6h offset 12h
          and rampwatch:memory_floor:min6h offset 12h > rampwatch:memory_floor:min6h offset 18h
          and rampwatch:memory_floor:min6h offset 18h > rampwatch:memory_floor:min6h offset 1d
          and rampwatch:memory_floor:min6h - rampwatch:memory_floor:min6h offset 6h >= rampwatch:memory_rise:1d / 8
        for: 30m
        labels:
          severity: ticket
        annotations:
          summary: '{{ with $labels.pod }}{{ . }}{{ else }}{{ $labels.job }} {{ $labels.instance }}{{ end }}: memory rises like a leak, by {{ $value | humanize1024 }}B in a day'
          description: 'A daily load, a cache that fills and a leak can look alike for a day. rampwatch fleet judges the last nine; its command is at the top of the file of this rule.'
)";
}

}  // namespace rampwatch::report
