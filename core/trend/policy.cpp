// SPDX-License-Identifier: MIT
#include "core/trend/policy.h"

#include <algorithm>
#include <cmath>

#include "core/trend/aged.h"

namespace rampwatch::trend {
namespace {

bool is_aged(Series series) {
    return series == Series::aged_threads || series == Series::aged_goroutines ||
           series == Series::aged_tasks;
}

void suspect(Policy& policy, Series series, const Times& times, const Tuning& tuning) {
    policy.patience_s = (is_aged(series) ? kAgedSuspectSpan : tuning.suspect_span) * times.patience_s;
    policy.min_growth *= tuning.suspect_growth;
    policy.significance = policy.bent_significance = policy.long_significance = tuning.suspect_significance;
    policy.wander = 0;
    policy.monotone = .78;
    policy.even = .5;
    policy.eighths = 5;
    policy.context = 0;
    policy.swing_factor = 2;
    policy.young_straight = false;
    if (is_bytes(series)) policy.young_fraction = tuning.suspect_young_fraction;
}

}  // namespace

Times::Times(std::chrono::nanoseconds patience) {
    using std::chrono::nanoseconds;
    patience_s = std::chrono::duration<double>(patience).count();
    const double base_ns = static_cast<double>(patience.count()) / kBaseBlocksPerPatience;
    base = std::max(nanoseconds(1000), nanoseconds(std::llround(base_ns)));
    base_s = std::chrono::duration<double>(base).count();
    const bool in_hours = patience >= std::chrono::hours(2);
    has_days = in_hours && patience < std::chrono::hours(36);
    day_s = in_hours ? 86400.0 : patience_s * 8 / 3;
}

Policy policy_for(Series series, Kind kind, Tier tier, const Times& times, double min_growth,
                  const Tuning& tuning) {
    Policy policy{.patience_s = tuning.confirm_span * times.patience_s,
                  .day_s = times.day_s,
                  .young_age_s = tuning.young_age_days * times.day_s,
                  .young_span_s = tuning.young_span_days * times.day_s,
                  .significance = tuning.significance,
                  .bent_significance = tuning.bent_significance,
                  .long_significance = tuning.long_significance,
                  .wander = tuning.wander,
                  .monotone = tuning.monotone,
                  .even = tuning.even,
                  .eighths = tuning.eighths,
                  .context = tuning.context,
                  .straight_context = tuning.straight_context,
                  .calm = tuning.calm,
                  .teeth_calm = tuning.teeth_calm,
                  .straight_care = tuning.straight_care,
                  .min_growth = min_growth,
                  .young_fraction = tuning.young_fraction,
                  .old_fraction = tuning.old_fraction,
                  .swing_factor = tuning.swing_factor,
                  .slowing = tuning.slowing,
                  .saturation = tuning.saturation,
                  .slowing_other = tuning.slowing_other,
                  .slowing_ended = tuning.slowing_ended};
    if (!is_bytes(series)) {
        policy.young_fraction = .30;
        policy.old_fraction = .20;
        policy.patience_s =
            (is_aged(series) ? kAgedConfirmSpan : tuning.count_confirm_span) * times.patience_s;
        policy.fast_path = false;
        policy.bent_significance = 1.15 * tuning.bent_significance;
        policy.long_significance = 1.15 * tuning.long_significance;
    }
    if (tier == Tier::suspect) suspect(policy, series, times, tuning);
    if (kind == Kind::raw) return policy;
    policy.wander = 0;
    policy.fast_path = false;
    policy.young_age_s = 0;
    if (kind == Kind::daily) {
        policy.bent_significance = policy.long_significance = policy.significance;
        policy.symmetric_bend = tuning.daily_bend;
        policy.context = std::max(policy.context, policy.straight_context = tuning.context);
    } else {
        policy.patience_s = std::max(policy.patience_s, tuning.low_span_days * times.day_s);
        policy.significance = policy.bent_significance = policy.long_significance = tuning.low_significance;
    }
    return policy;
}

}  // namespace rampwatch::trend
