// SPDX-License-Identifier: MIT
#include "core/watch/spin_guard.h"

#include <utility>

namespace rampwatch::watch {
namespace {

// A loop that rests after each turn makes at most 50 a second: half of that says that it waits again.
constexpr int kFew = 25;

}  // namespace

bool SpinGuard::turned(std::chrono::nanoseconds now, bool told) {
    if (now - second_began_ >= std::chrono::seconds(1)) {
        seconds_ = empty_turns_ >= kTooMany ? seconds_ + 1 : 0;
        if (empty_turns_ <= kFew) spins_ = false;
        second_began_ = now;
        empty_turns_ = 0;
    }
    if (!told) ++empty_turns_;
    if (seconds_ < kSeconds) return false;
    spins_ = true;
    return !std::exchange(said_, true);
}

}  // namespace rampwatch::watch
