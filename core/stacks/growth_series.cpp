// SPDX-License-Identifier: MIT
#include "core/stacks/growth_series.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "core/stacks/grouper.h"

namespace rampwatch::stacks {
namespace {

constexpr std::size_t kMostDumps = 64;
constexpr std::size_t kMostGroups = 500;  // of one dump
constexpr double kLeastGrowth = 3;        // members, between the first dump and the last

// Student's t for a two-sided 95 %, by degrees of freedom; between the rows the larger one holds.
double t_quantile(std::size_t freedom) {
    static constexpr std::pair<std::size_t, double> kTable[] = {
        {60, 2.000}, {30, 2.042}, {20, 2.086}, {15, 2.131}, {12, 2.179}, {10, 2.228}, {9, 2.262}, {8, 2.306},
        {7, 2.365},  {6, 2.447},  {5, 2.571},  {4, 2.776},  {3, 3.182},  {2, 4.303},  {1, 12.706}};
    for (const auto& [least, quantile] : kTable) {
        if (freedom >= least) return quantile;
    }
    return INFINITY;
}

// y = a + slope * x by least squares.
struct Line {
    double slope = 0, low = 0, high = 0;
    double explained = 0;  // R^2
};

std::optional<Line> fit(std::span<const double> x, std::span<const double> y) {
    const std::size_t n = x.size();
    if (n < kFewestDumps || y.size() != n) return std::nullopt;
    double mean_x = 0, mean_y = 0;
    for (std::size_t i = 0; i < n; ++i) {
        mean_x += x[i] / static_cast<double>(n);
        mean_y += y[i] / static_cast<double>(n);
    }
    double xx = 0, xy = 0, yy = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double dx = x[i] - mean_x, dy = y[i] - mean_y;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    if (xx <= 0 || yy <= 0) return std::nullopt;
    const double slope = xy / xx;
    const double rest = std::max(0.0, yy - slope * xy);
    const double error = std::sqrt(rest / static_cast<double>(n - 2) / xx) * t_quantile(n - 2);
    return Line{slope, slope - error, slope + error, 1 - rest / yy};
}

std::vector<double> values(std::span<const GrowthPoint> points) {
    std::vector<double> result;
    for (const GrowthPoint& point : points) result.push_back(point.value);
    return result;
}

std::vector<double> times(std::span<const GrowthPoint> points) {
    std::vector<double> result;
    for (const GrowthPoint& point : points) result.push_back(point.t_s);
    return result;
}

// Threads in the frames of a language are never counted with native ones.
std::string level_of(const Dump& dump) {
    std::string level = dump.backend;
    for (const LanguageRuntime& runtime : dump.runtimes) level += runtime.frames ? " " + runtime.name : "";
    return level;
}

}  // namespace

bool rises(std::span<const GrowthPoint> points) {
    const auto line = fit(times(points), values(points));
    return line && line->low > 0;
}

std::optional<GroupGrowth> growth_with(std::span<const GrowthPoint> counts,
                                       std::span<const GrowthPoint> bytes) {
    if (counts.empty() || counts.size() != bytes.size()) return std::nullopt;
    if (counts.back().value - counts.front().value < kLeastGrowth) return std::nullopt;
    const auto in_time = fit(times(counts), values(counts));
    const auto with_count = fit(values(counts), values(bytes));
    if (!in_time || in_time->low <= 0 || !with_count || with_count->low <= 0) return std::nullopt;
    return GroupGrowth{.dumps = static_cast<int>(counts.size()),
                       .per_s = in_time->slope,
                       .per_s_low = in_time->low,
                       .per_s_high = in_time->high,
                       .bytes_each = with_count->slope,
                       .bytes_each_low = with_count->low,
                       .bytes_each_high = with_count->high,
                       .explains = with_count->explained};
}

void GrowthSeries::forget_half() {
    for (std::size_t i = 1; i < bytes_.size() / 2;
         ++i) {  // the first stays: moved onto itself it would be empty
        bytes_[i] = bytes_[2 * i];
        counts_[i] = std::move(counts_[2 * i]);
    }
    bytes_.resize(bytes_.size() / 2);
    counts_.resize(bytes_.size());
}

// 0 where it was not there.
std::int64_t GrowthSeries::count_of(std::size_t dump, std::uint64_t name) const {
    const std::vector<Count>& counts = counts_[dump];
    const auto found =
        std::lower_bound(counts.begin(), counts.end(), name,
                         [](const Count& count, std::uint64_t wanted) { return count.first < wanted; });
    return found != counts.end() && found->first == name ? found->second : 0;
}

void GrowthSeries::add(Dump& dump, std::int64_t memory_bytes) {
    const bool same = is_same_process(dump.life, life_);
    if (!same || level_of(dump) != level_) {
        bytes_.clear();
        counts_.clear();
        life_ = dump.life;
        level_ = level_of(dump);
    }
    if (bytes_.size() >= kMostDumps) forget_half();
    bytes_.push_back({std::chrono::duration<double>(dump.mono).count(), static_cast<double>(memory_bytes)});
    const std::size_t most = std::min(dump.groups.size(), kMostGroups);
    std::vector<std::uint64_t> names(most);
    std::map<std::uint64_t, std::int64_t> now;
    for (std::size_t i = 0; i < most; ++i) {
        names[i] = std::hash<std::string>{}(identity(dump.groups[i]));
        now[names[i]] += dump.groups[i].count;
    }
    counts_.emplace_back(now.begin(), now.end());
    dump.explains_growth.reset();
    for (Group& group : dump.groups) group.growth.reset();
    if (bytes_.size() < kFewestDumps || !rises(bytes_)) return;
    dump.explains_growth = false;
    for (std::size_t i = 0; i < most; ++i) {
        std::vector<GrowthPoint> counts = bytes_;
        for (std::size_t at = 0; at < counts.size(); ++at)
            counts[at].value = static_cast<double>(count_of(at, names[i]));
        dump.groups[i].growth = growth_with(counts, bytes_);
        if (dump.groups[i].growth) dump.explains_growth = true;
    }
}

}  // namespace rampwatch::stacks
