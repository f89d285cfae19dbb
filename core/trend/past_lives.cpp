// SPDX-License-Identifier: MIT
#include "core/trend/past_lives.h"

#include <algorithm>

#include "core/trend/fill.h"
#include "core/trend/slope.h"

namespace rampwatch::trend {
namespace {

constexpr double kAlike = 1.6;     // factor between the slopes of lives that go alike
constexpr double kSameBase = .25;  // of the base, or of the rise
constexpr double kToTheEnd = .75;  // the last third is as fast as all, or nearly

bool alike(const PastLife& a, const PastLife& b) {
    const auto [low, high] = std::minmax(a.slope_per_s, b.slope_per_s);
    return a.rising && b.rising && high <= kAlike * low &&
           std::abs(a.base - b.base) <= kSameBase * std::max({a.base, b.base, a.rise, b.rise});
}

}  // namespace

std::optional<PastLife> life_so_far(const Floors& floors, const Times& times, double loading_s,
                                    double min_growth) {
    constexpr std::size_t kFewest = 8, kMost = 32;
    const Ladder& ladder = floors.ladder(Kind::raw);
    const double span_s = floors.life_s() - loading_s;
    if (span_s < times.base_s * kFewest) return std::nullopt;
    const std::size_t level = ladder.level_for(span_s, kMost);
    const Stretch stretch = floors.stretch(Kind::raw, level);
    const auto n = std::min(stretch.size(), static_cast<std::size_t>(span_s / ladder.block_s(level)));
    if (n < kFewest || !stretch.usable(n)) return std::nullopt;
    const auto y = stretch.floors(n);
    const Line line = fit_line(y);
    const double count = static_cast<double>(n), block_s = ladder.block_s(level);
    PastLife life{.length_s = floors.life_s(),
                  .base = line.middle - line.slope * (count - 1) / 2,
                  .rise = line.slope * (count - 1),
                  .slope_per_s = line.slope / block_s};
    const double error = slope_error(line.residual_sd, n) * inflation(line.lag1, n, 1);
    life.rising = life.rise >= .75 * min_growth && line.slope >= 8 * error &&
                  fit_slope(y.last(n / 3 + 1)) >= kToTheEnd * line.slope &&
                  line_over_fill(y, times.patience_s / block_s) > -2;
    const auto blocks = static_cast<std::size_t>(times.patience_s / block_s);
    if (blocks >= 4 && blocks < n && !life.rising) {
        const double late = fit_slope(y.last(blocks)) * static_cast<double>(blocks);
        if (std::abs(late) < .5 * min_growth) life.kept = y.back();
    }
    return life;
}

void PastLives::add(const PastLife& life) { ring_[count_++ % kHeld] = life; }

int PastLives::go_alike(const PastLife& now, double least_s) const {
    if (size() < 2 || !alike(now, back(0)) || !alike(now, back(1))) return 0;
    // As far into its life as the others came, or nearly: not the first minutes of it.
    if (now.length_s < .7 * std::min(back(0).length_s, back(1).length_s)) return 0;
    double all_s = now.length_s;
    std::size_t ago = 0;
    for (; ago < size() && alike(now, back(ago)); ++ago) all_s += back(ago).length_s;
    return all_s >= least_s ? static_cast<int>(ago) + 1 : 0;
}

std::optional<double> PastLives::kept() const {
    double most = 0;
    for (std::size_t ago = 0; ago < std::min<std::size_t>(size(), 4); ++ago)
        most = std::max(most, back(ago).kept);
    return most > 0 ? std::optional(most) : std::nullopt;
}

bool PastLives::sound() const {
    return std::ranges::all_of(ring_, [](const PastLife& life) {
        return std::isfinite(life.length_s) && std::isfinite(life.base) && std::isfinite(life.rise) &&
               std::isfinite(life.slope_per_s) && std::isfinite(life.kept);
    });
}

}  // namespace rampwatch::trend
