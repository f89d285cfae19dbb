// SPDX-License-Identifier: MIT
// The moments at which series are looked at: evenly set apart, the same for all of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace rampwatch::fleet {

struct Grid {
    std::int64_t start_ms = 0;  // since the Unix epoch
    std::int64_t step_ms = 60'000;
    std::size_t count = 0;

    friend bool operator==(const Grid&, const Grid&) = default;
};

inline std::int64_t time_ms(const Grid& grid, std::size_t at) {
    return grid.start_ms + static_cast<std::int64_t>(at) * grid.step_ms;
}

// Which moment it is; empty where it is none of them.
inline std::optional<std::size_t> place_of(const Grid& grid, std::int64_t ms) {
    if (ms < grid.start_ms || (ms - grid.start_ms) % grid.step_ms != 0) return std::nullopt;
    const auto at = static_cast<std::size_t>((ms - grid.start_ms) / grid.step_ms);
    return at < grid.count ? std::optional(at) : std::nullopt;
}

// From `since` to `until` at whole multiples of the step, as servers that cache like it; all in ms, the step
// at least 1.
Grid grid_between(std::int64_t since_ms, std::int64_t until_ms, std::int64_t step_ms);

// The first `count` moments, and the rest.
std::pair<Grid, Grid> split(const Grid& grid, std::size_t count);

// Enough for a patience to be judged well, and no more: a 540th of it, in a unit that people use (1, 2, 5,
// 10, 15 or 30 seconds or minutes, or hours).
std::chrono::milliseconds step_for(std::chrono::nanoseconds patience);

}  // namespace rampwatch::fleet
