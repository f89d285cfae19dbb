// SPDX-License-Identifier: MIT
// Simulated lives of processes: the families, and for each life what is true of it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tests/score/random.h"

namespace rampwatch::score {

inline constexpr double kStep_s = 10;
inline constexpr double kLength_s = 14 * 86400.0;
inline constexpr double kHour_s = 3600;
inline constexpr double kMB = 1e6;
inline constexpr double kAgedAfter_s = 9 * kHour_s / 16;  // a 16th of the patience

// Families of recordings: a patience of 0.29 of the length and below two hours, so that no day is asked for.
inline constexpr double kRecordingPatience_s = 3240;
inline constexpr double kRecordingStep_s = 6;
inline constexpr double kRecordingLength_s = 3.45 * kRecordingPatience_s;
inline constexpr double kRecordingGrowth = 2.0 * 1024 * 1024;  // the smallest rise that is judged there

enum class Truth : unsigned char {
    healthy,
    leak,
    policy,  // healthy, but no rule that sees one series alone can refuse it without missing slow leaks
};

struct Life {
    double onset_s = 0;      // of a leak
    double slope_per_s = 0;  // of a leak, on average
    double noise_power = 0;  // zero-frequency power of the floor's noise, unit^2 s: what T* is computed from
    bool known = false;      // a leak that begins in a process watched for days
    std::function<double(double t_s)> value{};  // called once for every step, in order; bytes or a count
    std::vector<double> restarts_s{};           // when it ends and begins anew; value() knows
};

struct Family {
    std::string_view name{};
    Truth truth = Truth::healthy;
    bool count = false;  // threads instead of bytes
    Life (*make)(Random& random) = nullptr;
    bool aged = false;       // goroutines that have not run for patience/16, instead of threads
    bool recording = false;  // minutes that stand for hours: kRecording... instead of 14 days

    [[nodiscard]] double step_s() const { return recording ? kRecordingStep_s : kStep_s; }
    [[nodiscard]] double length_s() const { return recording ? kRecordingLength_s : kLength_s; }
};

std::span<const Family> memory_families();
std::span<const Family> count_families();
std::span<const Family> aged_families();
std::span<const Family> unseen_families();
std::span<const Family> traffic_families();    // fills and warm-ups under a day's traffic
std::span<const Family> life_families();       // several lives of one target
std::span<const Family> recording_families();  // programs watched from exec at a patience of minutes

// The delay no detector can beat on average, at one false alarm in ten years (docs/detector.md); seconds.
double shortest_delay_s(const Life& life);

}  // namespace rampwatch::score
