// SPDX-License-Identifier: MIT
#include "core/trend/forecast.h"

#include <algorithm>

namespace rampwatch::trend {

std::optional<Forecast> forecast(const Limit& limit, double slope_per_s, Interval ci95_per_s, double headroom,
                                 double observed_s) {
    if (!(slope_per_s > 0) || limit.limit_bytes <= 0) return std::nullopt;
    const double free_now = static_cast<double>(limit.limit_bytes) - static_cast<double>(limit.used_bytes);
    const double room = std::max(free_now - headroom, 0.0);
    const double horizon_s = 20 * observed_s;
    const auto time_at = [&](double slope) {
        return slope > 0 ? std::min(room / slope, horizon_s) : horizon_s;
    };
    Forecast result{.limit = limit, .eta_s = time_at(slope_per_s)};
    result.beyond = result.eta_s >= horizon_s;
    result.eta_range_s = {time_at(ci95_per_s.high), time_at(ci95_per_s.low)};
    return result;
}

}  // namespace rampwatch::trend
