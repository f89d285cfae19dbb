// SPDX-License-Identifier: MIT
// How much is asked of a rise, by series, ladder and tier. Every time is a share of the patience.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "core/model/sample.h"
#include "core/trend/gates.h"
#include "core/trend/tuning.h"

namespace rampwatch::trend {

enum class Tier : std::uint8_t { suspect, confirm };

// What a ladder stands on.
enum class Kind : std::uint8_t {
    raw,    // floors as they are
    daily,  // their difference to a day before: growth under a daily wave
    low,    // the running minimum of a day: growth under a wave whose days differ
};
inline constexpr std::array<Kind, 3> kKinds = {Kind::raw, Kind::daily, Kind::low};

// The detector's clock, in seconds: all from the patience.
struct Times {
    explicit Times(std::chrono::nanoseconds patience);

    double patience_s = 0;
    std::chrono::nanoseconds base{};  // width of a block of level 0: 60 s at 9 h
    double base_s = 0;
    double day_s = 0;  // 24 h from a patience of 2 h up, 2.67 patiences below
    // From 2 h up what one day's traffic can explain waits for the second, until the patience itself is
    // longer.
    bool has_days = false;
};

inline constexpr double kBaseBlocksPerPatience = 540;

// `min_growth` in the series' unit: the smallest rise that is ever confirmed.
[[nodiscard]] Policy policy_for(Series series, Kind kind, Tier tier, const Times& times, double min_growth,
                                const Tuning& tuning);

}  // namespace rampwatch::trend
