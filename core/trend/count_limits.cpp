// SPDX-License-Identifier: MIT
#include "core/trend/count_limits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rampwatch::trend {
namespace {

constexpr std::int64_t kMostCount = std::int64_t{1} << 40;  // beyond it there is no limit

std::size_t place_of(Series series) {
    return static_cast<std::size_t>(std::ranges::find(CountLimits::kSeries, series) -
                                    CountLimits::kSeries.begin());
}

}  // namespace

void CountLimits::set(Series series, std::int64_t most, std::int64_t used) {
    ones_[place_of(series)].limit = most > 0 && most < kMostCount
                                        ? CountLimit{most, std::clamp<std::int64_t>(used, 0, kMostCount)}
                                        : CountLimit{};
}

std::optional<CountLimit> CountLimits::limit(Series series, const Floors& count) const {
    const std::size_t place = place_of(series);
    if (place >= ones_.size() || ones_[place].limit.most <= 0) return std::nullopt;
    CountLimit limit = ones_[place].limit;
    if (series == Series::fds)
        limit.used = std::llround(std::clamp(count.last(), 0.0, static_cast<double>(kMostCount)));
    return limit;
}

void CountLimits::notice(Series series, const Floors* count, const LimitWatch& watch) {
    One& one = ones_[place_of(series)];
    one.is_near = false;
    const auto limit = count != nullptr ? this->limit(series, *count) : std::nullopt;
    const auto found = limit ? watch.notice(*limit, *count) : std::nullopt;
    if (!found) return;
    one.is_near = true;
    one.near = *found;
}

void CountLimits::forget_notices() {
    for (One& one : ones_) one.is_near = false;
}

std::optional<CountForecast> CountLimits::near(Series series) const {
    const std::size_t place = place_of(series);
    if (place >= ones_.size() || !ones_[place].is_near) return std::nullopt;
    return ones_[place].near;
}

bool CountLimits::sound() const {
    return std::ranges::all_of(ones_, [](const One& one) {
        return one.limit.most >= 0 && one.limit.most < kMostCount && one.limit.used >= 0 &&
               one.limit.used <= kMostCount && std::isfinite(one.near.eta_s);
    });
}

}  // namespace rampwatch::trend
