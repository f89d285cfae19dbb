// SPDX-License-Identifier: MIT
// What a reader of reports was told of a target last, so that the same leak is not told every day.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace rampwatch {

struct Told {
    std::optional<std::chrono::nanoseconds> told_wall{};  // of the last report that was news
    bool leak = false;                                    // it was told that it leaks
    bool growing_through_restarts = false;
    bool limit_near = false;                                      // of memory or of a count
    double rise = 0;                                              // of the leading series then
    std::optional<double> eta_s{};                                // to the limit then
    std::optional<std::chrono::nanoseconds> silent_until_wall{};  // acknowledged

    friend bool operator==(const Told&, const Told&) = default;
};

}  // namespace rampwatch
