// SPDX-License-Identifier: MIT
#include "core/trend/estimate.h"

#include <cmath>

#include "core/trend/slope.h"

namespace rampwatch::trend {

Estimate estimate(std::span<const double> floors, double block_s, double wander) {
    const std::size_t n = floors.size();
    const double count = static_cast<double>(n);
    const Line line = fit_line(floors);
    const double error = slope_error(line.residual_sd, n) * inflation(line.lag1, n, 1);
    const double half = (2.1 + 4 / count) * error / block_s + wander;
    Estimate result{.slope_per_s = line.slope / block_s, .straightness = line.r2};
    result.ci95_per_s = {result.slope_per_s - half, result.slope_per_s + half};
    result.z = error > 0 ? line.slope / error : (line.slope > 0 ? 1e4 : 0);
    for (std::size_t i = 1; i < n; ++i) result.steps_up += floors[i] > floors[i - 1] ? 1 : 0;
    result.steps = static_cast<int>(n) - 1;
    result.first_floor = line.middle - line.slope * (count - 1) / 2;
    result.last_floor = line.middle + line.slope * (count - 1) / 2;
    return result;
}

}  // namespace rampwatch::trend
