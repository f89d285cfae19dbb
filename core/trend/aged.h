// SPDX-License-Identifier: MIT
// Counts of what has been there, or has not run, for long: aged threads, goroutines and tasks. Hardly a wave
// of requests and no burst reaches them, so that they are believed sooner than plain counts.
#pragma once

#include <chrono>

namespace rampwatch::trend {

// Longer than a request lives, and short beside what a leak takes to be told.
constexpr std::chrono::nanoseconds aged_after(std::chrono::nanoseconds patience) { return patience / 16; }

// The shortest windows, as shares of the patience, chosen on a measured curve (docs/detector.md).
inline constexpr double kAgedConfirmSpan = .8;
inline constexpr double kAgedSuspectSpan = 1.0 / 9;

}  // namespace rampwatch::trend
