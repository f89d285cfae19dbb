// SPDX-License-Identifier: MIT
#include "core/report/life_summary.h"

#include <algorithm>
#include <cmath>

namespace rampwatch::report {
namespace {

constexpr std::size_t kFewestPoints = 8;
constexpr std::size_t kFewestLives = 3;
constexpr double kAlike = 1.0 / 3;
constexpr double kStillRising = 0.5;  // of the life's slope, in its last third

// Least squares through the lowest values; empty for too few, or all at one time.
std::optional<double> slope_of(std::span<const ChartPoint> points) {
    if (points.size() < kFewestPoints) return std::nullopt;
    double t = 0, v = 0;
    for (const ChartPoint& point : points) {
        t += point.t_s;
        v += point.low;
    }
    const auto n = static_cast<double>(points.size());
    t /= n;
    v /= n;
    double tt = 0, tv = 0;
    for (const ChartPoint& point : points) {
        tt += (point.t_s - t) * (point.t_s - t);
        tv += (point.t_s - t) * (point.low - v);
    }
    return tt > 0 ? std::optional(tv / tt) : std::nullopt;
}

std::span<const ChartPoint> from_share(std::span<const ChartPoint> points, double share) {
    if (points.empty()) return points;
    const double start = points.front().t_s + share * (points.back().t_s - points.front().t_s);
    const auto begin =
        std::find_if(points.begin(), points.end(), [&](const ChartPoint& p) { return p.t_s >= start; });
    return points.subspan(static_cast<std::size_t>(begin - points.begin()));
}

bool rises_to_its_end(const LifeSummary& life, double least) {
    return life.slope_per_s && life.late_slope_per_s && *life.slope_per_s > 0 &&
           life.last - life.first >= least && *life.late_slope_per_s >= kStillRising * *life.slope_per_s;
}

}  // namespace

void LifeSummaryMaker::add(const Bucket& look) {
    const auto& memory = look.series[index(Series::memory)];
    const Stat stat = memory.value_or(look.rss);
    const auto low = static_cast<double>(stat.min), high = static_cast<double>(stat.max);
    if (summary_.looks == 0) {
        summary_.first_wall = look.wall - look.span;
        summary_.first = low;
        summary_.peak = high;
    }
    summary_.looks += look.count;
    summary_.last_wall = look.wall;
    summary_.peak = std::max(summary_.peak, high);
    summary_.last = static_cast<double>(stat.last);
    trail_.add(std::chrono::duration<double>(look.mono).count(), low);
}

LifeSummary LifeSummaryMaker::summary() const {
    LifeSummary summary = summary_;
    summary.slope_per_s = slope_of(from_share(trail_.points(), 0.1));
    summary.late_slope_per_s = slope_of(from_share(trail_.points(), 2.0 / 3));
    return summary;
}

std::optional<RestartSawtooth> restart_sawtooth(std::span<const LifeSummary> lives, double least) {
    if (!lives.empty() && !rises_to_its_end(lives.back(), least)) lives = lives.first(lives.size() - 1);
    std::vector<double> slopes;
    RestartSawtooth saw;
    for (std::size_t i = lives.size(); i-- > 0;) {
        const LifeSummary& life = lives[i];
        if (!rises_to_its_end(life, least)) break;
        slopes.push_back(*life.slope_per_s);
        std::vector<double> sorted = slopes;
        std::sort(sorted.begin(), sorted.end());
        const double middle = sorted[sorted.size() / 2];
        if (middle - sorted.front() > kAlike * middle || sorted.back() - middle > kAlike * middle) break;
        saw.slope_per_s = middle;
        saw.lowest_peak = saw.lives == 0 ? life.peak : std::min(saw.lowest_peak, life.peak);
        saw.highest_peak = std::max(saw.highest_peak, life.peak);
        saw.together += life.last_wall - life.first_wall;
        ++saw.lives;
    }
    return saw.lives >= static_cast<std::int64_t>(kFewestLives) ? std::optional(saw) : std::nullopt;
}

}  // namespace rampwatch::report
