// SPDX-License-Identifier: MIT
// Since when, and how fast: numbers about a rise, once there is reason to speak of one.
#pragma once

#include <cstddef>
#include <span>

#include "core/model/verdict.h"

namespace rampwatch::trend {

// Slopes in the series' unit per second.
struct Estimate {
    double slope_per_s = 0;
    Interval ci95_per_s{};
    double straightness = 0;  // R^2 on the floors
    double z = 0;
    int steps_up = 0, steps = 0;
    double first_floor = 0, last_floor = 0;  // of the fitted line
};

// A line through `floors` (at least 6, oldest first, each `block_s` wide), its interval widened for
// autocorrelation. `wander` is added to the half width of the interval: what is known to move the slope and
// cannot be seen in the floors, in the unit per second.
[[nodiscard]] Estimate estimate(std::span<const double> floors, double block_s, double wander);

}  // namespace rampwatch::trend
