// SPDX-License-Identifier: MIT
#include "core/trend/daybook.h"

#include <algorithm>
#include <cmath>

namespace rampwatch::trend {

Daybook::Daybook(double day_s, double base_s)
    : slots_(std::min(kMostSlots, static_cast<std::size_t>(day_s / base_s))),
      slot_s_(slots_ > 0 ? day_s / static_cast<double>(slots_) : day_s),
      base_s_(base_s) {}

Daybook::Slot Daybook::push(Block block) {
    if (!useful()) return {};
    if (!block.missing()) {
        under_way_ = std::isnan(under_way_) ? block.floor : std::min(under_way_, block.floor);
        mean_sum_ += static_cast<double>(block.mean);
        ++mean_count_;
    }
    ++blocks_;
    // A slot ends with the block that reaches its end; half a block of slack against rounding.
    if ((static_cast<double>(blocks_) + .5) * base_s_ < static_cast<double>(finished_ + 1) * slot_s_)
        return {};

    Block now;
    if (mean_count_ > 0) now = {under_way_, static_cast<float>(mean_sum_ / mean_count_)};
    under_way_ = kMissing;
    mean_sum_ = 0;
    mean_count_ = 0;
    Block& place = ring_[finished_ % slots_];
    const Block before = place;
    place = now;
    Slot slot{.finished = true};
    if (finished_++ < slots_) return slot;
    if (!now.missing() && !before.missing()) {
        slot.difference = {now.floor - before.floor, now.mean - before.mean};
    }
    const float least = lowest();
    slot.lowest = {least, least};
    return slot;
}

void Daybook::restart() {
    ring_.fill({});
    finished_ = blocks_ = 0;
    under_way_ = kMissing;
    mean_sum_ = 0;
    mean_count_ = 0;
}

float Daybook::lowest() const {
    float least = kMissing;
    const std::size_t held = std::min<std::uint64_t>(finished_, slots_);
    for (std::size_t i = 0; i < held; ++i) {
        if (ring_[i].missing()) continue;
        least = std::isnan(least) ? ring_[i].floor : std::min(least, ring_[i].floor);
    }
    return least;
}

float Daybook::range() const {
    float highest = kMissing;
    const std::size_t held = std::min<std::uint64_t>(finished_, slots_);
    for (std::size_t i = 0; i < held; ++i) {
        if (ring_[i].missing()) continue;
        highest = std::isnan(highest) ? ring_[i].floor : std::max(highest, ring_[i].floor);
    }
    return highest - lowest();
}

}  // namespace rampwatch::trend
