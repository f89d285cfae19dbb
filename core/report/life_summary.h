// SPDX-License-Identifier: MIT
// The lives of a target one after another, and what they have in common: a service that is restarted before
// its leak is confirmed leaks all the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/model/sample.h"
#include "core/model/target.h"
#include "core/report/chart.h"

namespace rampwatch::report {

// Memory over one life, as far as it was watched.
struct LifeSummary {
    LifeNumber number = 1;
    Life who{};
    std::chrono::nanoseconds first_wall{}, last_wall{};  // of its looks
    std::optional<std::chrono::nanoseconds> ended_wall{};
    std::optional<Ending> ending{};
    std::int64_t looks = 0;
    double first = 0, peak = 0, last = 0;
    std::optional<double> slope_per_s{};  // least squares over its lowest values, its first tenth left out
    std::optional<double> late_slope_per_s{};  // over its last third
};

// Looks of one life in their order; a few KiB.
class LifeSummaryMaker {
  public:
    explicit LifeSummaryMaker(LifeNumber number) { summary_.number = number; }

    void add(const Bucket& look);
    [[nodiscard]] LifeSummary summary() const;

  private:
    LifeSummary summary_{};
    ChartTrail trail_{};
};

// "restarted 4 times, each time after reaching 900 MiB; the slope was the same in every run".
struct RestartSawtooth {
    std::int64_t lives = 0;  // the newest ones that are alike
    double lowest_peak = 0, highest_peak = 0;
    double slope_per_s = 0;  // their median
    std::chrono::nanoseconds together{};
};

// Of at least three lives in a row, the newest but for one that has just begun, that each rose by `least`
// bytes, as steeply at the end as before, at slopes within a third of their median. Each may be too short for
// a verdict; whether longer ones would level off, they cannot tell.
std::optional<RestartSawtooth> restart_sawtooth(std::span<const LifeSummary> lives, double least);

}  // namespace rampwatch::report
