// SPDX-License-Identifier: MIT
// A loop that turns all the time for nothing burns a core, in the one program that must not be noticed. A
// deadline that is never met does it, or a descriptor that stays readable and is never read. This bounds the
// harm of any such fault that is still to be made.
#pragma once

#include <chrono>

namespace rampwatch::watch {

// Pure: told of every turn, it says when the turns are too many.
class SpinGuard {
  public:
    static constexpr int kTooMany = 1000;  // empty turns in a second
    static constexpr int kSeconds = 10;    // in a row with so many
    static constexpr std::chrono::nanoseconds kRest = std::chrono::milliseconds(20);

    // A turn ended at `now` (any clock that does not go back); `told`: it brought a Fact. True once in the
    // guard's life: when kSeconds have gone by with kTooMany turns each that brought none.
    bool turned(std::chrono::nanoseconds now, bool told);

    // How long to sleep after each turn; 0 while all is well. Ends after a second with few empty turns.
    [[nodiscard]] std::chrono::nanoseconds rest() const {
        return spins_ ? kRest : std::chrono::nanoseconds{};
    }

  private:
    std::chrono::nanoseconds second_began_{};
    int empty_turns_ = 0;  // in this second
    int seconds_ = 0;      // full ones, in a row
    bool spins_ = false, said_ = false;
};

}  // namespace rampwatch::watch
