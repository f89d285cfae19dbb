// SPDX-License-Identifier: MIT
// When growth meets a limit, and when that is so near that it must be said at once.
#pragma once

#include <optional>

#include "core/model/verdict.h"

namespace rampwatch::trend {

struct Eta {
    double eta_s = 0;
    bool beyond = false;
    Interval eta_range_s{};
};

// When `room`, in the unit of the slope, is used up. `observed_s` is for how long the growth was seen:
// nothing is said further ahead than 20 times that. Empty when the slope is not positive.
[[nodiscard]] std::optional<Eta> time_to_fill(double room, double slope_per_s, Interval ci95_per_s,
                                              double observed_s);

// `headroom` is kept free of the limit: what the process swings by anyway. `observed_s` is for how long the
// growth was seen: no forecast goes further than 20 times that. Empty when the slope is not positive.
[[nodiscard]] std::optional<Forecast> forecast(const Limit& limit, double slope_per_s, Interval ci95_per_s,
                                               double headroom, double observed_s);

}  // namespace rampwatch::trend
