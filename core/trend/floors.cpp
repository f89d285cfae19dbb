// SPDX-License-Identifier: MIT
#include "core/trend/floors.h"

#include <algorithm>
#include <cmath>

namespace rampwatch::trend {
namespace {

constexpr std::size_t kLevels = 13;     // windows of up to 90 days at a patience of 9 h
constexpr std::size_t kDayLevels = 10;  // of slots of a day

// A swing is forgotten over a month, so that it outlives the difference between weekdays and weekends.
double fading(const Times& times, double block_s) { return std::exp(-block_s / (30 * times.day_s)); }

Ladder day_ladder(const Times& times, bool both_ways) {
    const double slot_s = Daybook(times.day_s, times.base_s).slot_s();
    return {kDayLevels, fading(times, slot_s), slot_s, both_ways};
}

}  // namespace

Floors::Floors(const Times& times)
    : base_ns_(times.base.count()),
      ladders_{Ladder(kLevels, fading(times, times.base_s), times.base_s, false), day_ladder(times, true),
               day_ladder(times, false)},
      day_(times.day_s, times.base_s) {}

void Floors::restart() {
    for (Ladder& ladder : ladders_) ladder.restart();
    day_.restart();
    valleys_.restart();
    begun_ = false;
    block_end_ns_ = std::numeric_limits<std::int64_t>::min();
    block_count_ = 0;
}

void Floors::begin(const Look& look) {
    begun_ = true;
    origin_ = first_ = lowest_ = look.min;
    life_start_ns_ = look.t_ns - std::min(look.span_ns, kMostHole * base_ns_);  // a span of years is no life
    block_end_ns_ = life_start_ns_ + base_ns_;
}

Floors::Levels Floors::finish_block() {
    Block block;
    if (block_count_ > 0) {
        lowest_ = std::min(lowest_, block_min_);
        block = {static_cast<float>(block_min_ - origin_),
                 static_cast<float>(block_sum_ / block_count_ - origin_)};
    }
    block_count_ = 0;
    if (ladder(Kind::raw).pyramid().count(0) == 0) first_ = block_min_;
    tooth_ended_ = valleys_.push(block.floor);
    Levels levels{};
    levels[0] = ladders_[0].push(block);
    const Daybook::Slot slot = day_.push(block);
    if (!slot.finished) return levels;
    if (!day_.whole()) return levels;
    levels[1] = ladders_[1].push(slot.difference);
    levels[2] = ladders_[2].push(slot.lowest);
    return levels;
}

std::int64_t Floors::valley_ns(std::size_t ago) const {
    return life_start_ns_ + static_cast<std::int64_t>(valleys_.back(ago).block) * base_ns_ + base_ns_ / 2;
}

double Floors::life_s() const { return begun_ ? static_cast<double>(now_ns_ - life_start_ns_) * 1e-9 : 0; }

double Floors::first() const { return first_; }

std::int64_t Floors::end_ns(Kind kind, std::size_t level) const {
    const double block_s = ladder(kind).block_s(level);
    const auto count = static_cast<double>(ladder(kind).pyramid().count(level));
    const double start_s = kind == Kind::raw ? 0 : day_.day_s();  // differences begin with the second day
    return life_start_ns_ + std::llround((start_s + block_s * count) * 1e9);
}

double Floors::floor_now(Kind kind, std::size_t level) const {
    const Pyramid& pyramid = ladder(kind).pyramid();
    if (pyramid.size(level) == 0 || pyramid.back(level, 0).missing()) return last_;
    return origin(kind) + static_cast<double>(pyramid.back(level, 0).floor);
}

bool Floors::sound() const {
    const auto time = [](std::int64_t ns) { return ns > -kMostTime_ns && ns < kMostTime_ns; };
    const bool counts = ladder(Kind::raw).pyramid().consistent() &&
                        ladder(Kind::daily).pyramid().consistent() &&
                        ladder(Kind::low).pyramid().consistent();
    return counts && valleys_.sound() && time(life_start_ns_) && time(now_ns_) &&
           (begun_ ? time(block_end_ns_) : block_end_ns_ == std::numeric_limits<std::int64_t>::min());
}

double Floors::range_of_day() const {
    const float range = day_.range();
    return std::isnan(range) ? 0 : static_cast<double>(range);
}

double Floors::lowest_of_day() const {
    const float least = day_.lowest();
    return std::isnan(least) ? last_ : origin_ + static_cast<double>(least);
}

}  // namespace rampwatch::trend
