// SPDX-License-Identifier: MIT
// A stream to write to that never holds us up: a terminal stopped by ^S, a pipe that nobody empties, a full
// disk. What does not fit waits, up to a bound; what is beyond it is dropped and counted.
//
// O_NONBLOCK belongs to the open file, which we share with the shell and with whatever else writes there. So
// a pipe or a terminal is opened a second time, for us alone; where that is refused (a terminal of another
// mount namespace, another user's pipe), poll(2) is asked before each small write. A writer thread was
// rejected: one that is stuck in write(2) cannot be ended.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/fd.h"

namespace rampwatch {

class Outlet {
  public:
    enum class Importance : std::uint8_t {
        now,     // a status line: dropped unless it can go at once
        little,  // one of many: dropped once kMostWaiting / 4 wait
        much,    // dropped once kMostWaiting wait
    };
    static constexpr std::size_t kMostWaiting = 1U << 20;  // bytes

    // `fd` stays its owner's and must stay open. SIGPIPE has to be ignored.
    explicit Outlet(int fd);

    // Whole or not at all, in order. True when it went out or waits. What was dropped as Importance::now is
    // not counted: nobody misses it.
    bool write(std::string_view text, Importance worth);

    // Writes what waits as far as it goes, without blocking.
    void flush();

    // The same until nothing waits, at most for `most`. True when nothing waits.
    bool flush_for(std::chrono::nanoseconds most);

    [[nodiscard]] bool waits() const { return !waiting_.empty(); }

    // Nobody will ever read it: a closed pipe, a terminal that hung up.
    [[nodiscard]] bool closed() const { return closed_; }

    // Texts dropped since it was last asked; 0 while some still wait, so that the answer can be said in
    // order.
    std::int64_t take_dropped();

  private:
    [[nodiscard]] std::size_t write_some(std::string_view text);

    enum class Way : std::uint8_t {
        plain,         // a file: a write ends by itself
        non_blocking,  // our own open file
        socket,
        asked,  // poll(2) before each small write
    };
    int fd_;
    Way way_ = Way::plain;
    Fd own_{};
    std::string waiting_{};
    std::int64_t dropped_ = 0;
    bool closed_ = false;
};

}  // namespace rampwatch
