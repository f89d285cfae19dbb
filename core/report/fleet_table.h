// SPDX-License-Identifier: MIT
// Many targets of one fleet in one table, the most urgent first: members of a workload that grow alike are
// one line, and labels that all targets share are said once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/model/labels.h"
#include "core/model/sample.h"
#include "core/model/verdict.h"

namespace rampwatch::report {

// What the table keeps of a verdict.
struct FleetRow {
    Labels labels{};  // without the metric's name
    std::string workload{};
    Claim claim = Claim::undecided;
    bool ever_leak = false;
    bool ended = false;  // it is not there any more: it grows no further
    Series series = Series::memory;
    double now = 0;                                               // in the series' unit
    double slope_per_s = 0;                                       // of growth; else 0
    double limit_in_s = std::numeric_limits<double>::infinity();  // infinite where no limit is met that soon
    std::int64_t members = 1;  // of its workload that grow alike, this one being their middle
};

// What was silent for long before the end, at `end_wall`, has ended: for 15 minutes, or 5 steps.
FleetRow fleet_row(const Labels& labels, std::string workload, const Verdict& verdict,
                   std::chrono::nanoseconds end_wall, std::chrono::nanoseconds step);

// What grows and meets its limit sooner, then what is a leak for sure, then what grows faster; then what
// cannot be judged yet, then the rest.
bool goes_before(const FleetRow& a, const FleetRow& b);

// What the table is of, for its first lines.
struct FleetFrame {
    std::chrono::nanoseconds wall{};  // at its end
    std::chrono::nanoseconds time{};  // that was looked at
    std::chrono::nanoseconds step{};
    std::int64_t not_judged = 0, silent = 0;
};

// Rows are taken one by one; of those that do not grow only the most urgent are kept.
class FleetTable {
  public:
    // `top` lines are shown, 0: all; `only_leaks`: of nothing else.
    FleetTable(std::size_t top, bool only_leaks) : top_(top), only_leaks_(only_leaks) {}

    void add(FleetRow row);

    // Lines of at most `columns`, each ended.
    [[nodiscard]] std::string text(const FleetFrame& frame, std::size_t columns) const;

    // "3 of 40 targets leak, 1 more may.", and over which time that is: for the head of a page.
    [[nodiscard]] std::string heading(const FleetFrame& frame) const;

    // What tells this target from the others, in one line.
    [[nodiscard]] std::string name_of(const FleetRow& row) const;

    // The labels that all targets share: "job=api, env=prod", escaped.
    [[nodiscard]] std::string shared() const;

    // What leaks now, a line of the table each, the most urgent first.
    [[nodiscard]] std::vector<FleetRow> leak_lines() const;

    [[nodiscard]] std::int64_t leaks() const { return leaks_; }      // at any time
    [[nodiscard]] std::int64_t leaking() const { return leaking_; }  // now
    [[nodiscard]] std::int64_t targets() const { return targets_; }

  private:
    void keep(FleetRow row);
    [[nodiscard]] std::vector<FleetRow> lines() const;

    std::size_t top_;
    bool only_leaks_;
    std::vector<FleetRow> grow_{}, rest_{};
    Labels common_{};
    std::unordered_map<std::string, std::int64_t> members_{};  // of each workload
    std::int64_t targets_ = 0, leaks_ = 0, leaking_ = 0, growing_ = 0, undecided_ = 0, dropped_ = 0;
};

}  // namespace rampwatch::report
