// SPDX-License-Identifier: MIT
// The figures behind the claims, each chosen on a measured curve (docs/detector.md). No user ever needs them;
// the public score can vary them to show what they cost.
#pragma once

namespace rampwatch::trend {

struct Tuning {
    // Confirmed.
    double confirm_span = 25.0 / 27;  // the shortest window, as a share of the patience: 8 h 20 min of 9 h
    double count_confirm_span =
        22.0 / 27;  // of counts: the hour less cost no alarm more in 280 process-years
    double significance = 10;
    double bent_significance = 12;  // where the floors are not straight
    double long_significance = 18;  // ... in windows of a day and an hour or more
    double wander = 3;
    double monotone = .82;
    double even = .6;
    double eighths = 6;
    double context = .34;
    double straight_context = .06;
    double calm = .28;           // swings at finer widths, as a share of the rise, that still are calm
    double teeth_calm = .08;     // ... where they are a collector's teeth
    double straight_care = 1.3;  // standard errors
    double young_age_days = 3;   // whoever was first seen at a weekend has seen a Monday by then
    double young_span_days = 25.0 / 24;
    double young_fraction = .06;
    double old_fraction = .05;
    double swing_factor = 2.5;
    double slowing = 1.3;
    double saturation = 3.2;
    double slowing_other = 2;  // while young: what slowed more, exp(this * span / day), was another thing
    double slowing_ended = 8;  // ... and what a line explains by so much better
    // The weight of evidence (evidence.h).
    double enough_db = 9;  // of a window and what came before it
    double short_db = 8;   // asked beside it of what is uneven and short, where no second day is waited for
    double never_level_db = 2.5;  // asked beside it in a life's first days of a rise that left no level
    double left_of_day = .5;      // of the rise, once the day before is subtracted
    // On the difference to the day before, and on the day's minimum.
    double daily_age_days = 3.5;
    double daily_bend = .6;
    double low_span_days = 3;
    double low_significance = 17;
    // Suspected.
    double suspect_span = 2.0 / 9;
    double suspect_significance = 8;
    double suspect_growth = .75;
    double suspect_young_fraction = .04;
};

}  // namespace rampwatch::trend
