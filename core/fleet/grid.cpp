// SPDX-License-Identifier: MIT
#include "core/fleet/grid.h"

#include <algorithm>
#include <array>

namespace rampwatch::fleet {

Grid grid_between(std::int64_t since_ms, std::int64_t until_ms, std::int64_t step_ms) {
    const std::int64_t first = (since_ms + step_ms - 1) / step_ms * step_ms;
    Grid grid{.start_ms = first, .step_ms = step_ms};
    if (until_ms >= first) grid.count = static_cast<std::size_t>((until_ms - first) / step_ms + 1);
    return grid;
}

std::pair<Grid, Grid> split(const Grid& grid, std::size_t count) {
    count = std::min(count, grid.count);
    Grid head = grid, tail = grid;
    head.count = count;
    tail.start_ms = time_ms(grid, count);
    tail.count = grid.count - count;
    return {head, tail};
}

std::chrono::milliseconds step_for(std::chrono::nanoseconds patience) {
    constexpr std::array<std::int64_t, 14> kSteps_s = {1,   2,   5,   10,  15,   30,   60,
                                                       120, 300, 600, 900, 1800, 3600, 7200};
    const double wanted_s = std::chrono::duration<double>(patience).count() / 540;
    std::int64_t step_s = kSteps_s.front();
    for (const std::int64_t step : kSteps_s)
        if (static_cast<double>(step) <= wanted_s * 1.01) step_s = step;
    return std::chrono::seconds(step_s);
}

}  // namespace rampwatch::fleet
