// SPDX-License-Identifier: MIT
// Since when, and how fast: numbers about a rise, once there is reason to speak of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/model/verdict.h"
#include "core/trend/floors.h"

namespace rampwatch::trend {

// A line through floors; slopes in the series' unit per second.
struct Estimate {
    double slope_per_s = 0;
    Interval ci95_per_s{};
    double straightness = 0;  // R^2
    double z = 0;
    int steps_up = 0, steps = 0;

    template <class Archive>
    void state(Archive& archive) {
        archive(slope_per_s, ci95_per_s.low, ci95_per_s.high, straightness, z, steps_up, steps);
    }
};

// Least squares through `floors` (at least 6, oldest first, each `block_s` wide). The interval is honest
// about residuals that hang together, that wander like a walk, and about growth that comes in a few steps.
// `unseen` is added to its half width: what is known to move the slope and cannot be seen in these floors.
[[nodiscard]] Estimate estimate(std::span<const double> floors, double block_s, double unseen);

struct Onset {
    std::int64_t at_ns = 0, low_ns = 0, high_ns = 0;  // CLOCK_BOOTTIME
    double floor = 0;  // in the series' unit; of the kind of ladder it was found on

    template <class Archive>
    void state(Archive& archive) {
        archive(at_ns, low_ns, high_ns, floor);
    }
};

// Where the rise that fills the window began: a hinge on up to twice as many blocks.
[[nodiscard]] Onset find_onset(const Floors& floors, WindowRef where);

// The growth since `onset_ns` (or of the last `onset` that is held), from the ladder that is freest of other
// things: the difference to a day before while the growth is younger than a day, else the floors themselves.
[[nodiscard]] Estimate growth_since(const Floors& floors, const Times& times, std::int64_t onset_ns);

}  // namespace rampwatch::trend
