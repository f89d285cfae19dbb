// SPDX-License-Identifier: MIT
// What a loop waits for: descriptors to read from, and a time.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace rampwatch {

// CLOCK_BOOTTIME: goes on through suspend, never jumps.
std::chrono::nanoseconds boot_now();

// CLOCK_REALTIME, since the Unix epoch.
std::chrono::nanoseconds wall_now();

// The deadline of what is due already, whenever it is looked at. A clock reading says it worse: taken after
// the loop's own, it is never in the loop's past.
inline constexpr std::chrono::nanoseconds kDueNow{};

// Filled anew for every wait.
class Poller {
  public:
    void clear() { waited_.clear(); }

    // Readable, hung up or in error: all of them wake. A negative `fd` never does. The number to ask ready()
    // for.
    std::size_t add(int fd);

    // Until one is ready, a signal came, or CLOCK_BOOTTIME reaches `deadline`; empty waits for ever. The
    // kernel's own timeout stands still during suspend, so that a deadline that fell into one is met late, by
    // at most what was left to wait; whoever minds brings a timerfd.
    void wait(std::optional<std::chrono::nanoseconds> deadline);

    [[nodiscard]] bool ready(std::size_t number) const { return waited_.at(number).revents != 0; }

  private:
    std::vector<pollfd> waited_{};
};

}  // namespace rampwatch
