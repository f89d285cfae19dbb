// SPDX-License-Identifier: MIT
// The floors of teeth: where a series falls again and again, the least value between two falls, one point a
// tooth. A ladder of blocks sees such a floor only at widths of two periods and more, which is seventeen
// times that for a window; eight teeth show it as well.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace rampwatch::trend {

struct Valley {
    std::uint32_t block = 0;  // of the base width, counted from the life's first
    float floor = 0;          // above the origin, as blocks are

    template <class Archive>
    void state(Archive& archive) {
        archive(block, floor);
    }
};

class Valleys {
  public:
    static constexpr std::size_t kHeld = 64;

    // The next block's floor; NaN when nothing was seen. True when a tooth ended with it.
    bool push(float floor);
    void restart();

    [[nodiscard]] std::size_t size() const {
        return static_cast<std::size_t>(count_ < kHeld ? count_ : kHeld);
    }
    // Of the finished ones; 0 is the newest; ago < size().
    [[nodiscard]] Valley back(std::size_t ago) const { return ring_[(count_ - 1 - ago) % kHeld]; }
    [[nodiscard]] float height() const { return height_; }  // of a usual tooth

    [[nodiscard]] bool sound() const { return blocks_ < std::uint32_t{1} << 31 && std::isfinite(height_); }

    template <class Archive>
    void state(Archive& archive) {
        archive(ring_, count_, blocks_, low_, high_, low_at_, height_);
    }

  private:
    std::array<Valley, kHeld> ring_{};
    std::uint32_t count_ = 0;
    std::uint32_t blocks_ = 0;
    // The tooth under way: its least floor, and the highest since that.
    float low_ = std::numeric_limits<float>::quiet_NaN(), high_ = low_;
    std::uint32_t low_at_ = 0;
    float height_ = 0;  // running mean of those that counted
};

}  // namespace rampwatch::trend
