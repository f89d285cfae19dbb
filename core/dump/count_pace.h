// SPDX-License-Identifier: MIT
// How often the worker counts what a runtime has parked: at each tick, and at most a 200th of one CPU.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "core/worker/order.h"

namespace rampwatch::dump {

class CountPace {
  public:
    // Every time is of CLOCK_BOOTTIME.
    explicit CountPace(std::chrono::nanoseconds interval) : interval_(interval) {}

    // A count took so much CPU and has come.
    void took(std::chrono::nanoseconds cpu, std::chrono::nanoseconds now) {
        rests_until_ = now + std::clamp(cpu, std::chrono::nanoseconds{}, kLongestWait) * kShare;
    }
    // When to ask for the one after the tick at `mono`: a little before its own tick.
    [[nodiscard]] std::chrono::nanoseconds after(std::chrono::nanoseconds mono) const {
        return std::max(mono + interval_ - std::min(interval_ / 4, kLead), rests_until_);
    }

    static worker::Order order() { return {.time = kLongestWait, .nice = kNice}; }
    // After an answer that may be another one next time.
    static constexpr std::chrono::nanoseconds kRetry = std::chrono::minutes(1);

  private:
    static constexpr int kShare = 200;
    static constexpr std::chrono::nanoseconds kLead = std::chrono::milliseconds(200);
    static constexpr std::chrono::nanoseconds kLongestWait = std::chrono::minutes(2);
    static constexpr std::int32_t kNice = 10;

    std::chrono::nanoseconds interval_;
    std::chrono::nanoseconds rests_until_{};
};

}  // namespace rampwatch::dump
