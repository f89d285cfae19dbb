// SPDX-License-Identifier: MIT
#include "core/trend/forecast.h"

#include <algorithm>

namespace rampwatch::trend {

std::optional<Eta> time_to_fill(double room, double slope_per_s, Interval ci95_per_s, double observed_s) {
    if (!(slope_per_s > 0)) return std::nullopt;
    const double left = std::max(room, 0.0);
    const double horizon_s = 20 * observed_s;
    const auto time_at = [&](double slope) {
        return slope > 0 ? std::min(left / slope, horizon_s) : horizon_s;
    };
    Eta eta{.eta_s = time_at(slope_per_s)};
    eta.beyond = eta.eta_s >= horizon_s;
    eta.eta_range_s = {time_at(ci95_per_s.high), time_at(ci95_per_s.low)};
    return eta;
}

std::optional<Forecast> forecast(const Limit& limit, double slope_per_s, Interval ci95_per_s, double headroom,
                                 double observed_s) {
    if (limit.limit_bytes <= 0) return std::nullopt;
    const double free_now = static_cast<double>(limit.limit_bytes) - static_cast<double>(limit.used_bytes);
    const auto eta = time_to_fill(free_now - headroom, slope_per_s, ci95_per_s, observed_s);
    if (!eta) return std::nullopt;
    return Forecast{
        .limit = limit, .beyond = eta->beyond, .eta_s = eta->eta_s, .eta_range_s = eta->eta_range_s};
}

}  // namespace rampwatch::trend
