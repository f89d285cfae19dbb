// SPDX-License-Identifier: MIT
#include "core/trend/valleys.h"

#include <algorithm>

namespace rampwatch::trend {
namespace {

// What is less than this share of a usual tooth is no tooth of its own.
constexpr float kTooth = .4F;

}  // namespace

bool Valleys::push(float floor) {
    const std::uint32_t at = blocks_++;
    if (std::isnan(floor)) return false;
    if (std::isnan(low_) || floor <= low_) {
        low_ = high_ = floor;
        low_at_ = at;
        return false;
    }
    high_ = std::max(high_, floor);
    const float fell = high_ - floor, rose = high_ - low_;
    // A fall by half of what rose ends a tooth; a low that is never left is none.
    if (fell < .5F * rose || fell < kTooth * height_) return false;
    ring_[count_++ % kHeld] = {low_at_, low_};
    height_ += (rose - height_) / static_cast<float>(std::min(count_, 6U));
    low_ = high_ = floor;
    low_at_ = at;
    return true;
}

void Valleys::restart() {
    count_ = blocks_ = low_at_ = 0;
    low_ = high_ = std::numeric_limits<float>::quiet_NaN();
    height_ = 0;
}

}  // namespace rampwatch::trend
