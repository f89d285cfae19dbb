// SPDX-License-Identifier: MIT
#include "core/trend/policy.h"

#include <cmath>

namespace rampwatch::trend {

Times::Times(std::chrono::nanoseconds patience) {
    using std::chrono::nanoseconds;
    patience_s = std::chrono::duration<double>(patience).count();
    base =
        std::max(nanoseconds(1000),
                 nanoseconds(std::llround(static_cast<double>(patience.count()) / kBaseBlocksPerPatience)));
    base_s = std::chrono::duration<double>(base).count();
    day_s = patience >= std::chrono::hours(2) ? 86400.0 : patience_s * 8 / 3;
    confirm_span_s = patience_s * 25 / 27;
    suspect_span_s = patience_s * 2 / 9;
    shortest_span_s = confirm_span_s * .12;
}

Policy policy_for(Series series, Tier tier, const Times& times, double min_growth) {
    Policy policy;
    policy.patience_s = times.confirm_span_s;
    policy.young_age_s = 2 * times.day_s;
    policy.young_span_s = times.day_s * 25 / 24;
    policy.min_growth = min_growth;
    if (!is_bytes(series)) {
        policy.young_fraction = .30;
        policy.old_fraction = .20;
        policy.fast_path = false;
    }
    if (tier == Tier::confirm) return policy;
    policy.patience_s = times.suspect_span_s;
    policy.min_growth = .75 * min_growth;
    policy.significance = 8;
    policy.monotone = .78;
    policy.even = .5;
    policy.eighths = 5;
    policy.context = 0;
    policy.swing_factor = 2;
    if (is_bytes(series)) policy.young_fraction = .15;
    return policy;
}

}  // namespace rampwatch::trend
