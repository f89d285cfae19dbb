// SPDX-License-Identifier: MIT
// The last day in slots of a quarter of an hour or so: what a value was a day before, and the day's minimum.
// A daily wave is gone from the one and from the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/trend/pyramid.h"

namespace rampwatch::trend {

class Daybook {
  public:
    static constexpr std::size_t kMostSlots = 90;  // 16 min of 24 h

    // `base_s` is the width of the blocks that come in; too wide for a day to be told, nothing is kept.
    Daybook(double day_s, double base_s);

    struct Slot {
        bool finished = false;
        Block difference{};  // to the slot a day before; missing in the first day
        Block lowest{};      // of the last day, in both members; missing in the first day
    };
    // Takes a block of the base width.
    Slot push(Block block);

    void restart();

    [[nodiscard]] bool useful() const { return slots_ >= 8; }
    [[nodiscard]] double slot_s() const { return slot_s_; }
    [[nodiscard]] double day_s() const { return slot_s_ * static_cast<double>(slots_); }
    [[nodiscard]] bool whole() const { return finished_ > slots_; }  // more than a day was seen
    // The least value of the last day (of less, while there is less); missing when nothing was seen.
    [[nodiscard]] float lowest() const;
    [[nodiscard]] float range() const;  // of the slots' floors in the last day

    template <class Archive>
    void state(Archive& archive) {
        archive(ring_, finished_, blocks_, under_way_, mean_sum_, mean_count_);
    }

  private:
    std::size_t slots_;
    double slot_s_;
    double base_s_;
    std::array<Block, kMostSlots> ring_{};
    std::uint64_t finished_ = 0;  // slots
    std::uint64_t blocks_ = 0;    // blocks pushed
    float under_way_ = kMissing;  // floor of the slot under way
    double mean_sum_ = 0;
    std::uint32_t mean_count_ = 0;
};

}  // namespace rampwatch::trend
