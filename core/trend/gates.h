// SPDX-License-Identifier: MIT
// The questions that a rise must survive before it is called growth. Each is a function of a window of floors
// and of what was known before it, and answers with a value, its threshold and whether it passed.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/model/verdict.h"
#include "core/trend/slope.h"

namespace rampwatch::trend {

// How much is asked for. Times in seconds.
struct Policy {
    double patience_s = 0;  // the shortest window
    double day_s = 86400;
    double young_age_s = 0;         // watched for less: only what is straight counts
    double young_span_s = 0;        // ... in windows shorter than this
    double significance = 10;       // z of the floors, where they are straight
    double bent_significance = 10;  // ... and where they are not
    double long_significance = 10;  // ... in windows of young_span_s and more
    double significance_mean = 4;   // z of the means
    double wander = 0;              // z against a walk; 0: not asked
    double monotone = .82;
    double even = .6;
    double eighths = 6;
    double context = .34;           // blocks before the window, as a share of it
    double straight_context = .06;  // the same for straight windows that are calm
    double calm = .05;              // swings at finer widths, as a share of the rise
    double teeth_calm = .05;        // ... where they are teeth
    double straight_care = 1.3;     // standard errors by which a bend is taken for worse than it looks
    double min_growth = 0;          // in the series' unit
    double young_fraction = .10;    // of the base
    double old_fraction = .05;
    double swing_factor = 2.5;  // against the largest swing that was given back
    double slowing = 1.3;
    double s_bend = .5;  // slow-fast-slow: by how much the middle may be steeper
    double saturation = 3.2;
    double slowing_other = 2;    // while young: what slowed more, exp(this * span / day), was another thing
    double slowing_ended = 8;    // ... and what a line explains by so much better (fill.h)
    bool young_straight = true;  // only what is straight counts while young
    bool fast_path = true;  // a rise over twice the base shortens patience, once the process is old enough
    double symmetric_bend = 0;  // if not 0: what is not straight by this measure never counts, at any age
};

// The difference to the day before, beside a window.
struct DayBefore {
    double now = 0;
    std::optional<double> at_start{};  // where the window begins; empty when that was in the first day
    double decline = 0;  // by what share of itself it falls in a day, less the standard error of that
    double day_s = 0;
};

// A stretch of floors, oldest first, in the series' unit, and what is known beside it.
struct Window {
    std::span<const double> floors{};
    std::span<const double> means{};   // as many
    std::span<const double> before{};  // floors before the window, oldest first; may be empty
    double block_s = 0;
    double base = 0;           // the smallest floor known up to the window's start, as an absolute value
    double watched_s = 0;      // for how long this target is known
    double process_age_s = 0;  // of this life
    double swing_wide = 0;     // the largest rise given back at this block width and wider ones
    double swing_fine = 0;     // ... at narrower ones
    std::optional<DayBefore> day{};  // empty until a second day has been seen for a while
};

// What the gates found, for whoever weighs it instead.
struct Asked {
    double means = 0, wander = 0, even = 0, eighths = 0, slowing = 0;
};

// A window with its fits, to be put to one or more policies.
class Trial {
  public:
    explicit Trial(const Window& window);

    // Asks in order and stops at the first question not passed; true when there is none.
    [[nodiscard]] bool survives(const Policy& policy) const;

    // Asks them all.
    [[nodiscard]] std::vector<Gate> evidence(const Policy& policy) const;

    // What no leak does: too short, too small a rise, not at its top, no trend at all; or flank(). Nothing is
    // weighed then.
    [[nodiscard]] bool could_be_growth(const Policy& policy) const;
    [[nodiscard]] Asked asked(const Policy& policy) const;

    [[nodiscard]] const Window& window() const { return window_; }
    [[nodiscard]] double span_s() const { return span_s_; }
    // What of the rise is left when the day before is subtracted, as a share: 1 of a leak, 0 of a wave.
    [[nodiscard]] std::optional<double> left_of_day() const;
    [[nodiscard]] double last_quarter() const;  // mean of its floors
    [[nodiscard]] double rise() const { return rise_; }
    [[nodiscard]] const Line& line() const { return line_; }
    [[nodiscard]] double z() const { return z_; }
    // What is still to come by the fitted curve, beyond the window's end; empty when it does not slow down.
    [[nodiscard]] std::optional<double> remaining() const;

    // The worst of the four relative bends, 1 being just straight; infinite when nothing rises.
    [[nodiscard]] double bend(const Policy& policy) const;
    [[nodiscard]] bool straight(const Policy& policy) const { return bend(policy) <= 1; }
    [[nodiscard]] bool young(const Policy& policy) const;
    [[nodiscard]] double materiality(const Policy& policy) const;  // the smallest rise that counts

  private:
    using Question = std::optional<Gate> (Trial::*)(const Policy&) const;
    static std::span<const Question> questions();

    // Empty: not asked under this policy.
    std::optional<Gate> patience(const Policy& policy) const;
    std::optional<Gate> materiality_gate(const Policy& policy) const;
    std::optional<Gate> significance(const Policy& policy) const;
    std::optional<Gate> significance_mean(const Policy& policy) const;

    std::optional<Gate> wander(const Policy& policy) const;
    std::optional<Gate> monotone(const Policy& policy) const;
    std::optional<Gate> even(const Policy& policy) const;
    std::optional<Gate> eighths(const Policy& policy) const;
    std::optional<Gate> record_high(const Policy& policy) const;
    std::optional<Gate> context(const Policy& policy) const;
    std::optional<Gate> slowing(const Policy& policy) const;
    std::optional<Gate> straight_gate(const Policy& policy) const;
    std::optional<Gate> s_shape(const Policy& policy) const;
    std::optional<Gate> saturation(const Policy& policy) const;
    std::optional<Gate> still_at_top(const Policy& policy) const;

    struct Curve {
        Bend bend{};
        double square_t = 0;          // t of the quadratic term
        double d2 = 0, d2_error = 0;  // end slope - start slope, as a share of the mean slope
        double d3 = 0, d3_error = 0;  // slope in the middle - slope at the ends, likewise
    };
    [[nodiscard]] bool has_teeth() const;
    // Slow, fast and slow again, in a young process with little seen before it: one flank of a wave is so.
    [[nodiscard]] bool flank(const Policy& policy) const;
    const Curve& curve() const;
    [[nodiscard]] bool outdoes_fill(const Policy& policy) const;  // fill.h

    Window window_;
    Line line_{};
    double rise_ = 0;
    double span_s_ = 0;
    double z_ = 0;
    mutable std::optional<Curve> curve_{};
};

}  // namespace rampwatch::trend
