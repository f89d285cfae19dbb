// SPDX-License-Identifier: MIT
// What the Judge says of a target, with everything that made it say so. Values only; words for people are in
// report.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/model/series.h"

namespace rampwatch {

// The four claims. Limit notices are apart from them: they say nothing of a leak.
enum class Claim : std::uint8_t {
    undecided,  // too short, or too few samples, to say anything
    healthy,
    growing,  // suspected: a notice
    leak,     // confirmed: the alarm
};

enum class Shape : std::uint8_t {
    too_short,
    flat,
    warmup,
    plateau,
    sawtooth,
    step,
    staircase,
    periodic,
    walk,
    ramp,
    ramp_on_sawtooth,
    ramp_on_periodic,
    recovering,
};

struct Interval {
    double low = 0;
    double high = 0;

    friend bool operator==(const Interval&, const Interval&) = default;
};

// The questions that a rise must survive, in the order in which they are asked.
enum class GateId : std::uint8_t {
    samples,            // samples in a patience
    patience,           // seconds that the window spans
    materiality,        // rise over the window, in the series' unit
    significance,       // z of the floor's slope, its error inflated for autocorrelation
    significance_mean,  // the same for the means
    wander,             // the slope over its error, were the floor a walk
    monotone,           // Kendall's tau of the floors
    even,               // the smallest quarter's rise, as a share of the mean quarter's
    eighths,            // eighths that rose
    record_high,        // end of the rise above the highest floor before it, in the series' unit
    context,            // blocks known before the window, as a share of it
    slowing,            // slope before the window, as a multiple of the slope in it
    straight,           // worst relative bend of the fitted curve
    s_shape,            // cubic bend
    saturation,         // what is still to come, as a multiple of what has come
    still_at_top,       // last floor above the third quarter's, in the series' unit
    company,            // a count that grows alone while the process is young
};

// One question, what was found and what was asked for. `at_least` says which side passes.
struct Gate {
    GateId id = GateId::samples;
    double value = 0;
    double threshold = 0;
    bool at_least = true;
    bool passed = false;

    friend bool operator==(const Gate&, const Gate&) = default;
};

// What a reason for or against a leak is about; the words are those of --explain and the JSON.
enum class ReasonGroup : std::uint8_t { duration, size, line, evenness };

// One reason and its weight: 10 dB are odds of ten to one for a leak, -10 dB against it.
struct Reason {
    std::string_view name{};
    ReasonGroup group = ReasonGroup::duration;
    double value = 0;
    double db = 0;

    friend bool operator==(const Reason&, const Reason&) = default;
};

// The evidence of one window of memory, weighed.
struct Weighing {
    std::chrono::nanoseconds window{};
    double start_db = 0;   // what a window of this length is worth before anything is asked
    double before_db = 0;  // windows before it, and earlier lives
    double sum_db = 0;     // of all
    double asked_db = 0;
    std::vector<Reason> reasons{};

    friend bool operator==(const Weighing&, const Weighing&) = default;
};

// What a claim that is not confirmed waits for.
enum class Missing : std::uint8_t { nothing, time, rise, second_day, evidence, interval, collection };

// When the growth meets a limit. Never said further ahead than 20 times what was observed: then `beyond` is
// set.
struct Forecast {
    Limit limit{};
    bool beyond = false;
    double eta_s = 0;        // from the last sample; the 20-fold horizon when `beyond`
    bool by_others = false;  // it is not this process that fills it, or not alone
    Interval eta_range_s{};  // from the slope's interval; high is the horizon where it would be further

    friend bool operator==(const Forecast&, const Forecast&) = default;
};

// What a count runs against: descriptors the soft RLIMIT_NOFILE, threads the pids.max of the cgroup with the
// least room, where `used` has the tasks of other processes too.
struct CountLimit {
    std::int64_t most = 0;
    std::int64_t used = 0;

    friend bool operator==(const CountLimit&, const CountLimit&) = default;
};

// As Forecast, of a count.
struct CountForecast {
    CountLimit limit{};
    bool beyond = false;
    double eta_s = 0;
    Interval eta_range_s{};

    friend bool operator==(const CountForecast&, const CountForecast&) = default;
};

// One series. Times are CLOCK_BOOTTIME; values are bytes or counts, as is_bytes(series) says.
struct SeriesVerdict {
    Series series = Series::memory;
    Claim claim = Claim::undecided;
    Shape shape = Shape::too_short;
    double first = 0;    // floor when first seen (of this life)
    double current = 0;  // floor now
    double last = 0;     // the last value
    std::optional<double> slope_per_s{};
    std::optional<Interval> slope_ci95_per_s{};
    std::optional<std::chrono::nanoseconds> onset{};
    std::optional<std::chrono::nanoseconds> onset_low{};
    std::optional<std::chrono::nanoseconds> onset_high{};
    std::optional<double> rise{};          // of the floor since onset
    std::optional<double> straightness{};  // R^2 of the fit on the floors, 0 to 1
    int windows_up = 0;                    // of `windows` steps between neighbouring floors, how many went up
    int windows = 0;
    std::chrono::nanoseconds window_width{};
    std::optional<double> levels_off_at{};  // plateau, warm-up: where the fitted curve ends
    std::optional<double> swing{};          // sawtooth, periodic: usual height of a tooth
    std::optional<std::chrono::nanoseconds> period{};
    double gave_back = 0;  // the largest rise at this time scale that was later given back
    int times_given_back = 0;
    std::vector<Gate>
        evidence{};  // of the window that speaks most for growth; the first not passed holds it back
    std::optional<Weighing> weighing{};  // of that window, where it could be growth and evidence is weighed
    Missing missing = Missing::nothing;  // while growing
    int lives_alike = 0;  // so many lives in a row, this one too, rose alike: that made the claim; else 0
    std::optional<CountLimit> count_limit{};          // of descriptors and threads, where it is known
    std::optional<CountForecast> count_forecast{};    // when that is met, when there is growth to speak of
    std::optional<CountForecast> count_limit_near{};  // the notice of it, while it holds
    std::optional<std::chrono::nanoseconds>
        suspected_at{};  // mono of the sample at which growing was first said
    std::optional<std::chrono::nanoseconds>
        detected_at{};  // the same for leak; later samples cannot change them

    friend bool operator==(const SeriesVerdict&, const SeriesVerdict&) = default;
};

struct Verdict {
    Claim claim = Claim::undecided;           // the strongest of its series' claims
    std::optional<Series> leading{};          // the series that makes it; memory where several do
    std::int64_t samples = 0;                 // over all lives
    std::chrono::nanoseconds started{};       // mono of the first sample of all
    std::chrono::nanoseconds now{};           // mono of the last
    std::chrono::nanoseconds life_started{};  // mono of the first sample of this life
    // When the process itself began, on the same clock; negative where that was before the clock's zero.
    // Empty where its age is not known.
    std::optional<std::chrono::nanoseconds> process_started{};
    std::chrono::nanoseconds wall{};  // wall time of the last
    std::chrono::nanoseconds patience{};
    int lives = 1;
    bool ever_leak = false;   // leak was said at any time, recovered or not
    bool too_sparse = false;  // fewer than 50 samples in a patience: nothing is judged
    std::array<std::optional<SeriesVerdict>, kSeriesCount> series{};
    std::optional<Forecast>
        forecast{};  // of memory against the nearest limit, when there is growth to speak of
    std::optional<Forecast> limit_near{};  // the limit notice, while it holds

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

// A bit for each series.
using SeriesSet = std::uint32_t;
static_assert(kSeriesCount <= 32);
constexpr SeriesSet bit_of(Series series) { return SeriesSet{1} << index(series); }

// The series whose limit notice holds.
inline SeriesSet limits_near(const Verdict& verdict) {
    SeriesSet near = verdict.limit_near ? bit_of(Series::memory) : 0;
    for (const auto& one : verdict.series)
        if (one && one->count_limit_near) near |= bit_of(one->series);
    return near;
}

}  // namespace rampwatch
