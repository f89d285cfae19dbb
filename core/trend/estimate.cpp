// SPDX-License-Identifier: MIT
#include "core/trend/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/trend/slope.h"

namespace rampwatch::trend {
namespace {

using Remainders = std::array<double, Pyramid::kDepth>;

// Variance of the slope from growth in steps: where the first and the last fall is luck.
double jump_variance(std::span<const double> y, double slope, double rise) {
    double jump = 0;
    for (std::size_t i = 2; i + 1 < y.size(); ++i) {
        jump = std::max(jump, std::min(y[i], y[i + 1]) - std::max(y[i - 2], y[i - 1]));
    }
    if (slope <= 0 || jump <= 3 * slope || rise <= 0) return 0;
    const double steps = rise / jump;
    const double share = .26 / std::sqrt(steps) + 1 / (steps * steps);
    return slope * share * slope * share;
}

// The mean difference to the day before over the last `span_s`, of a day at most.
std::optional<Estimate> gained_in_a_day(const Floors& floors, const Times& times, double span_s) {
    const Stretch stretch = floors.stretch(Kind::daily, 0);
    const double slot_s = floors.ladder(Kind::daily).block_s(0);
    const auto n = std::min(stretch.size(), static_cast<std::size_t>(std::min(span_s, times.day_s) / slot_s));
    if (n < 10 || !stretch.usable(n)) return std::nullopt;
    const auto gained = stretch.floors(n);
    const double count = static_cast<double>(n);
    double mean = 0, squares = 0, along = 0;
    for (const double gain : gained) mean += gain / count;
    for (std::size_t i = 0; i < n; ++i) {
        squares += (gained[i] - mean) * (gained[i] - mean);
        if (i > 0) along += (gained[i] - mean) * (gained[i - 1] - mean);
    }
    const double lag1 = squares > 0 ? along / squares : 0;
    const double error = std::sqrt(squares / (count - 1) / count) * inflation(lag1, n, 1);
    const double half = (2.1 + 4 / count) * error / times.day_s, slope = mean / times.day_s;
    return Estimate{.slope_per_s = slope, .ci95_per_s = {slope - half, slope + half}};
}

}  // namespace

Estimate estimate(std::span<const double> floors, double block_s, double unseen) {
    const std::size_t m = floors.size();
    const double count = static_cast<double>(m);
    const Line line = fit_line(floors);
    const double error = slope_error(line.residual_sd, m) * inflation(line.lag1, m, 1);
    Remainders residuals{};
    for (std::size_t i = 0; i < m; ++i) {
        residuals[i] = floors[i] - line.middle - line.slope * (static_cast<double>(i) - (count - 1) / 2);
    }
    const double other = std::max(wander_variance(std::span(residuals).first(m)),
                                  jump_variance(floors, line.slope, line.slope * (count - 1)));
    const double half = (2.1 + 4 / count) * std::sqrt(error * error + other) / block_s + unseen;
    Estimate result{.slope_per_s = line.slope / block_s, .straightness = line.r2};
    result.ci95_per_s = {result.slope_per_s - half, result.slope_per_s + half};
    result.z = error > 0 ? line.slope / error : (line.slope > 0 ? 1e4 : 0);
    for (std::size_t i = 1; i < m; ++i) result.steps_up += floors[i] > floors[i - 1] ? 1 : 0;
    result.steps = static_cast<int>(m) - 1;
    return result;
}

Onset find_onset(const Floors& floors, WindowRef where) {
    const Stretch stretch = floors.stretch(where.kind, where.level);
    const std::size_t n = std::min(2 * where.blocks, stretch.size());
    const Hinge hinge = fit_hinge(stretch.floors(n));
    const double block_s = floors.ladder(where.kind).block_s(where.level);
    const std::int64_t end_ns = floors.end_ns(where.kind, where.level);
    const auto time = [&](double block) {
        const double ago_s = (static_cast<double>(n) - 1 - block + .5) * block_s;
        return end_ns - std::llround(ago_s * 1e9);
    };
    const auto at = static_cast<double>(hinge.at);
    return {time(at), time(static_cast<double>(hinge.low) - .5), time(static_cast<double>(hinge.high) + .5),
            stretch.floors(n)[hinge.at]};
}

Estimate growth_since(const Floors& floors, const Times& times, std::int64_t onset_ns) {
    constexpr double kFewDays = .85;
    constexpr std::size_t kMostBlocks = 32;
    const double span_s = std::max(static_cast<double>(floors.now_ns() - onset_ns) * 1e-9, times.base_s);
    const auto fit = [&](Kind kind, double context, double unseen_day) -> std::optional<Estimate> {
        const Ladder& ladder = floors.ladder(kind);
        const std::size_t level = ladder.level_for(span_s, kMostBlocks);
        const Stretch stretch = floors.stretch(kind, level);
        const auto blocks = static_cast<std::size_t>(span_s / ladder.block_s(level));
        const std::size_t m = std::max<std::size_t>(blocks > 2 ? blocks - 2 : 0, 8);
        if (static_cast<double>(stretch.size()) < static_cast<double>(m) * context) return std::nullopt;
        const std::size_t used = std::min(m, stretch.size());
        if (used < 8) return std::nullopt;
        double unseen = 0;
        const auto before = stretch.floors_before(used);
        if (kind == Kind::daily && !before.empty()) {
            const auto [low, high] = std::ranges::minmax(before);
            unseen = .3 * (high - low);
        } else if (span_s > kFewDays * times.day_s) {
            unseen = ladder.pyramid().swing_below(level);
        }
        return estimate(stretch.floors(used), ladder.block_s(level),
                        unseen / span_s * std::min(1.0, unseen_day / span_s));
    };
    if (span_s < kFewDays * times.day_s) {
        if (const auto daily = fit(Kind::daily, 1.34, times.day_s)) return *daily;
    }
    Estimate raw = fit(Kind::raw, 0, times.day_s).value_or(Estimate{});
    if (raw.ci95_per_s.low > 0 || span_s < 1.3 * times.day_s) return raw;
    // A wave hides it: what each hour gained on the same hour of the day before.
    if (const auto by_day = gained_in_a_day(floors, times, span_s - times.day_s)) {
        raw.slope_per_s = by_day->slope_per_s;
        raw.ci95_per_s = by_day->ci95_per_s;
    }
    return raw;
}

}  // namespace rampwatch::trend
