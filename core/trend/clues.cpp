// SPDX-License-Identifier: MIT
#include "core/trend/clues.h"

#include <algorithm>
#include <cmath>

#include "core/trend/fill.h"
#include "core/trend/pyramid.h"

namespace rampwatch::trend {
namespace {

using Values = std::array<double, Pyramid::kDepth>;

float log_of(double ratio) { return static_cast<float>(std::log(std::clamp(ratio, 1e-4, 1e4))); }
float within(double value, double low, double high) {
    return static_cast<float>(std::clamp(std::isfinite(value) ? value : low, low, high));
}
float signed_log(double value) {
    return static_cast<float>(std::copysign(std::log1p(std::min(std::abs(value), 1e6)), value));
}

// The squares that a constant leaves over in any stretch of the values, in O(1).
class Sums {
  public:
    explicit Sums(std::span<const double> values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double v = values[i] - values[0];
            sum_[i + 1] = sum_[i] + v;
            squares_[i + 1] = squares_[i] + v * v;
        }
    }
    [[nodiscard]] double left(std::size_t from, std::size_t to) const {
        const double sum = sum_[to] - sum_[from];
        return squares_[to] - squares_[from] - sum * sum / static_cast<double>(to - from);
    }

  private:
    std::array<double, Pyramid::kDepth + 1> sum_{}, squares_{};
};

struct Other {
    double one_step = 0, two_steps = 0, logarithm = 0;
};

// What else could have made the window: what each of these leaves over.
Other other_shapes(const Window& window, double patience_s, double span_s) {
    const auto y = window.floors;
    const std::size_t n = y.size();
    const Sums sums(y);
    Other other{.one_step = sums.left(0, n), .two_steps = sums.left(0, n), .logarithm = sums.left(0, n)};
    for (std::size_t a = 1; a < n; ++a) {
        other.one_step = std::min(other.one_step, sums.left(0, a) + sums.left(a, n));
        for (std::size_t b = a + 1; b < n; ++b) {
            other.two_steps = std::min(other.two_steps, sums.left(0, a) + sums.left(a, b) + sums.left(b, n));
        }
    }
    const double count = static_cast<double>(n), step = window.block_s / patience_s;
    const double start = std::max(window.process_age_s - span_s, 0.0) / patience_s;
    for (const double scale : {.03, .1, .3}) {
        double sum_x = 0, sum_xx = 0, sum_xy = 0, sum_y = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double x = std::log1p((start + (static_cast<double>(i) + .5) * step) / scale);
            sum_x += x;
            sum_xx += x * x;
            sum_xy += x * (y[i] - y[0]);
            sum_y += y[i] - y[0];
        }
        sum_xx -= sum_x * sum_x / count;
        sum_xy -= sum_x * sum_y / count;
        if (sum_xx > 0 && sum_xy > 0)
            other.logarithm = std::min(other.logarithm, sums.left(0, n) - sum_xy * sum_xy / sum_xx);
    }
    return other;
}

// Growth by half patiences, back from now, as shares of what the line makes in one.
struct Halves {
    std::array<double, 16> growth{};
    std::size_t count = 0;

    [[nodiscard]] double sum(std::size_t from, std::size_t to) const {
        double sum = 0;
        for (std::size_t i = from; i < to; ++i) sum += growth[i];
        return sum;
    }
};

Halves by_halves(std::span<const double> all, double blocks, double usual) {
    Halves halves;
    double later = 0;
    for (std::size_t k = 0; k <= halves.growth.size(); ++k) {
        const double to = static_cast<double>(all.size()) - static_cast<double>(k) * blocks,
                     from = to - blocks;
        if (from < -.25 * blocks || to < 1) break;
        const auto first = static_cast<std::size_t>(std::max(0.0, std::floor(from)));
        const auto end = std::max(first + 1, static_cast<std::size_t>(to));
        double mean = 0;
        for (std::size_t i = first; i < end; ++i) mean += all[i];
        mean /= static_cast<double>(end - first);
        if (k > 0) halves.growth[halves.count++] = (later - mean) / usual;
        later = mean;
    }
    return halves;
}

// Where each share of the rise was reached: steps that become rarer take ever longer for the same share. The
// last gap is open, and counts for as long as it has lasted.
double rarer(std::span<const double> y) {
    const std::size_t n = y.size();
    double top = y[0], low = y[0];
    for (const double v : y) top = std::max(top, v);
    low = *std::min_element(y.begin(), y.begin() + static_cast<std::ptrdiff_t>(n / 4 + 1));
    if (top <= low) return 0;
    double early = 0, late = 0;  // blocks at which a third and two thirds were reached for good
    for (std::size_t i = n; i-- > 0;) {
        if (early == 0 && y[i] < low + (top - low) / 3) early = static_cast<double>(i + 1);
        if (late == 0 && y[i] < low + 2 * (top - low) / 3) late = static_cast<double>(i + 1);
    }
    const double first = std::max(early, 1.0), last = std::max(static_cast<double>(n) - late, 1.0);
    return std::log(last / first);
}

void time_clues(Clues& clues, std::span<const double> all, const Trial& trial, double patience_s) {
    const double half = patience_s / 2 / trial.window().block_s;
    const Halves halves = by_halves(all, half, std::max(trial.line().slope * half, 1e-9));
    int row = 0;
    while (static_cast<std::size_t>(row) < halves.count && halves.growth[static_cast<std::size_t>(row)] >= .2)
        ++row;
    clues[Clue::half_patiences] = static_cast<float>(row);
    clues[Clue::last_patience] =
        halves.count >= 4 ? within(halves.sum(0, 2) / std::max(halves.sum(2, 4), .05), 0, 4) : kUnknown;
    double least = 9;
    for (std::size_t i = 0; i < std::min<std::size_t>(halves.count, 4); ++i)
        least = std::min(least, halves.growth[i]);
    clues[Clue::least_half] = within(least, -1, 1.5);
}

void shape_clues(Clues& clues, std::span<const double> all, const Trial& trial, double patience_s) {
    const Window& window = trial.window();
    const std::size_t n = window.floors.size();
    const double per_patience = patience_s / window.block_s;
    const auto recent = all.last(std::min(all.size(), 3 * n));
    clues[Clue::line_over_fill] = signed_log(line_over_fill(recent, per_patience));
    clues[Clue::line_in_window] = signed_log(line_over_fill(window.floors, per_patience));
    const Other other = other_shapes(window, patience_s, trial.span_s());
    const double count = static_cast<double>(n);
    const double least = 1e-6 * trial.rise() * trial.rise() * count;
    const double sd = trial.line().residual_sd;
    const double by_line = std::max(sd * sd * (count - 2), least);
    const auto against = [&](double left) {
        return within(std::log(std::max(left, least) / by_line), -6, 6);
    };
    clues[Clue::line_over_step] = against(other.one_step);
    clues[Clue::line_over_steps] = against(other.two_steps);
    clues[Clue::line_over_log] = against(other.logarithm);
    const Line whole = fit_line(all);
    clues[Clue::scatter] = log_of(1 - whole.r2);
    clues[Clue::pace_kept] = within(std::abs(whole.slope / trial.line().slope - 1), 0, 4);
    clues[Clue::rarer] = within(rarer(all), -5, 5);
}

void size_clues(Clues& clues, std::span<const double> all, const Trial& trial, const Policy& confirm) {
    const Window& window = trial.window();
    const double rise = trial.rise();
    clues[Clue::share] = log_of(rise / std::max(window.floors.front(), .05 * rise));
    clues[Clue::growths] = log_of(rise / confirm.min_growth);
    clues[Clue::over_swing] = log_of(rise / std::max(window.swing_wide, 1e-3 * rise));
    clues[Clue::over_fine_swing] = log_of(rise / std::max(window.swing_fine, 1e-3 * rise));
    double jump = 0, fall = 0, high = all[0], over = 0, record = window.floors.front();
    for (std::size_t i = 2; i + 1 < window.floors.size(); ++i) {
        const auto y = window.floors;
        jump = std::max(jump, std::min(y[i], y[i + 1]) - std::max(y[i - 2], y[i - 1]));
    }
    for (const double v : all) {
        high = std::max(high, v);
        fall = std::max(fall, high - v);
    }
    for (const double v : window.before) record = std::max(record, v);
    for (std::size_t i = 0; i < window.floors.size(); ++i) over += window.means[i] - window.floors[i];
    const double count = static_cast<double>(window.floors.size());
    clues[Clue::jump] = within(jump / rise, 0, 1);
    clues[Clue::fall] = within(fall / rise, 0, 5);
    clues[Clue::teeth] = within((over / count - trial.line().slope / 2) / rise, 0, 3);
    clues[Clue::record] = within((trial.last_quarter() - record) / rise, -1, 1);
    clues[Clue::context] = within(static_cast<double>(window.before.size()) / count, 0, 3);
}

// Once a second day has been seen: what came before was level for as long as the window lasts. What began
// then is a rise of its own. Teeth and noise move single floors; a trend or a wave moves the means of
// eighths.
bool from_level(const Window& window, double rise) {
    constexpr double kLevel = .25;  // range of these means, as a share of the window's rise
    const std::size_t n = window.floors.size();
    if (!window.day || window.before.size() < n) return false;
    const auto before = window.before.last(std::min(window.before.size(), 2 * n));
    double low = 1e300, high = -1e300;
    for (std::size_t part = 0; part < 8; ++part) {
        const std::size_t from = part * before.size() / 8, to = (part + 1) * before.size() / 8;
        double mean = 0;
        for (std::size_t i = from; i < to; ++i) mean += before[i];
        mean /= static_cast<double>(to - from);
        low = std::min(low, mean);
        high = std::max(high, mean);
    }
    return high - low <= kLevel * rise;
}

}  // namespace

Clues clues_of(const Trial& trial, const Policy& confirm, double patience_s) {
    const Window& window = trial.window();
    Values held{};
    const bool level = from_level(window, trial.rise());
    const std::size_t before = level ? 0 : std::min(window.before.size(), held.size() - window.floors.size());
    std::ranges::copy(window.before.last(before), held.begin());
    std::ranges::copy(window.floors, held.begin() + static_cast<std::ptrdiff_t>(before));
    const std::span<const double> all(held.data(), before + window.floors.size());
    Clues clues{.young = trial.young(confirm), .from_level = level};
    clues[Clue::lasted] = log_of(trial.span_s() / patience_s);
    const Asked asked = trial.asked(confirm);
    clues[Clue::means] = log_of(asked.means);
    clues[Clue::wander] = log_of(asked.wander);
    clues[Clue::even] = within(asked.even, -1, 1);
    clues[Clue::eighths] = static_cast<float>(asked.eighths);
    clues[Clue::slowing] = within(asked.slowing, 0, 10);
    clues[Clue::all_gates] = trial.survives(confirm) ? 1.0F : 0.0F;
    time_clues(clues, all, trial, patience_s);
    shape_clues(clues, all, trial, patience_s);
    size_clues(clues, all, trial, confirm);
    const auto left = trial.left_of_day();
    clues[Clue::day_before] = left ? within(*left, -1, 2) : kUnknown;
    clues[Clue::day_decline] = left ? within(window.day->decline, -2, 5) : kUnknown;
    return clues;
}

ReasonGroup group_of(Clue clue) {
    switch (clue) {
        case Clue::lasted:
        case Clue::half_patiences:
        case Clue::context:
            return ReasonGroup::duration;
        case Clue::means:
        case Clue::share:
        case Clue::growths:
        case Clue::over_swing:
        case Clue::over_fine_swing:
        case Clue::record:
        case Clue::fall:
            return ReasonGroup::size;
        case Clue::eighths:
        case Clue::even:
        case Clue::least_half:
        case Clue::jump:
        case Clue::teeth:
        case Clue::wander:
            return ReasonGroup::evenness;
        default:
            return ReasonGroup::line;
    }
}

std::string_view word(Clue clue) {
    static constexpr std::array<std::string_view, kClues> kWords = {
        "lasted",        "means",      "line_over_fill", "line_in_window",  "scatter",
        "share",         "growths",    "line_over_step", "line_over_steps", "line_over_log",
        "pace_kept",     "eighths",    "over_swing",     "over_fine_swing", "half_patiences",
        "last_patience", "least_half", "record",         "context",         "jump",
        "fall",          "teeth",      "rarer",          "slowing",         "wander",
        "even",          "day_before", "day_decline",    "all_gates"};
    return kWords[index(clue)];
}

}  // namespace rampwatch::trend
