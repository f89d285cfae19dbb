// SPDX-License-Identifier: MIT
// How much is asked of a rise, by series and by tier. Every time is a share of the patience; the figures were
// tuned by simulation (docs/detector.md).
#pragma once

#include <chrono>

#include "core/model/sample.h"
#include "core/trend/gates.h"

namespace rampwatch::trend {

enum class Tier : std::uint8_t { suspect, confirm };

// The detector's clock, in seconds: all from the patience.
struct Times {
    explicit Times(std::chrono::nanoseconds patience);

    double patience_s = 0;
    std::chrono::nanoseconds base{};  // width of a block of level 0: 60 s at 9 h
    double base_s = 0;
    double day_s = 0;            // 24 h from a patience of 2 h up, 2.67 patiences below
    double confirm_span_s = 0;   // the shortest window that confirms: 8 h 20 min at 9 h
    double suspect_span_s = 0;   // ... that raises suspicion: 2 h at 9 h
    double shortest_span_s = 0;  // ... that is looked at at all: the fast path's
};

inline constexpr double kBaseBlocksPerPatience = 540;

// `min_growth` in the series' unit: the smallest rise that is ever confirmed.
[[nodiscard]] Policy policy_for(Series series, Tier tier, const Times& times, double min_growth);

}  // namespace rampwatch::trend
