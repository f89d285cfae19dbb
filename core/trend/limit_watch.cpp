// SPDX-License-Identifier: MIT
#include "core/trend/limit_watch.h"

#include <algorithm>
#include <array>

#include "core/trend/forecast.h"

namespace rampwatch::trend {
namespace {

constexpr std::size_t kBlocks = 17;

// How far back and how far ahead, and how sure. Blocks of level 0 are a 540th of the patience.
struct Look_ahead {
    std::size_t level = 0;
    double horizon = 0;  // of the patience
    double z = 0;
};
constexpr std::array<Look_ahead, 2> kLooks = {{{0, 1.0 / 18, 6}, {3, 1.0 / 3, 12}}};

double room_of(const Limit& limit) {
    return static_cast<double>(limit.limit_bytes) - static_cast<double>(limit.used_bytes);
}

// A tooth as high as one that was given back, or a little higher, ends below the limit.
bool comes_back_first(const Floors& floors, double room) {
    const Ladder& ladder = floors.ladder(Kind::raw);
    const double highest = 1.05 * ladder.pyramid().swing_from(0);
    const double low = floors.origin(Kind::raw) + static_cast<double>(ladder.pyramid().swings(0).low);
    const double left = highest - (floors.last() - low);
    return left >= 0 && left < room;
}

std::optional<Eta> ahead(double room, const Floors& floors, const Times& times, const Look_ahead& how) {
    const Ladder& ladder = floors.ladder(Kind::raw);
    const double block_s = ladder.block_s(how.level), seen_s = block_s * static_cast<double>(kBlocks);
    const double horizon_s = std::max(how.horizon * times.patience_s, seen_s);
    if (!ladder.worth_testing(how.level, kBlocks, std::max(room / horizon_s * seen_s, 1.0)))
        return std::nullopt;
    const Stretch stretch = floors.stretch(Kind::raw, how.level);
    if (!stretch.usable(kBlocks)) return std::nullopt;
    const Estimate pace = estimate(stretch.floors(kBlocks), block_s, 0);
    if (pace.z < how.z || comes_back_first(floors, room)) return std::nullopt;
    const auto found = time_to_fill(room, pace.slope_per_s, pace.ci95_per_s, seen_s);
    return found && !found->beyond && found->eta_s < horizon_s ? found : std::nullopt;
}

std::optional<Eta> ahead(double room, const Floors& floors, const Times& times) {
    for (const Look_ahead& how : kLooks) {
        if (const auto found = ahead(room, floors, times, how)) return found;
    }
    return std::nullopt;
}

}  // namespace

double room_of(const CountLimit& limit) {
    return static_cast<double>(limit.most) - static_cast<double>(limit.used);
}

void LimitWatch::look(std::int64_t t_ns, const Limit& limit) {
    const bool shared = limit.kind == LimitKind::cgroup_max || limit.kind == LimitKind::cgroup_high;
    if (!shared || limit.limit_bytes != limit_bytes_) used_.reset();
    limit_bytes_ = limit.limit_bytes;
    if (!shared) return;
    if (!used_) used_ = std::make_unique<Floors>(times_);
    const auto used = static_cast<double>(limit.used_bytes);
    const Look look{.t_ns = t_ns, .min = used, .mean = used, .last = used};
    if (!used_->add(look)) used_->finish_until(look, [](const auto&) {});
}

std::optional<Forecast> LimitWatch::notice(const Limit& limit, const Floors& memory) const {
    if (limit.limit_bytes <= 0) return std::nullopt;
    const auto told = [&](const Eta& eta, bool by_others) {
        return Forecast{
            .limit = limit, .eta_s = eta.eta_s, .by_others = by_others, .eta_range_s = eta.eta_range_s};
    };
    if (const auto eta = ahead(room_of(limit), memory, times_)) return told(*eta, false);
    if (!used_) return std::nullopt;
    if (const auto eta = ahead(room_of(limit), *used_, times_)) return told(*eta, true);
    return std::nullopt;
}

std::optional<CountForecast> LimitWatch::notice(const CountLimit& limit, const Floors& count) const {
    const auto eta = ahead(room_of(limit), count, times_);
    if (!eta) return std::nullopt;
    return CountForecast{.limit = limit, .eta_s = eta->eta_s, .eta_range_s = eta->eta_range_s};
}

}  // namespace rampwatch::trend
