// SPDX-License-Identifier: MIT
// Verdicts that several tests of the report look at.
#pragma once

#include <chrono>

#include "core/model/verdict.h"

namespace rampwatch::report {

inline constexpr std::int64_t kMiB = 1 << 20;
inline constexpr std::chrono::nanoseconds kLeakNow = std::chrono::hours(20);

// The service that leaks 4.4 MiB/h from an 80 MiB start under a limit of 1 GiB, looked at after 20 h, 12.8 h
// after the onset, at 2026-11-24T15:58:00Z.
inline Verdict leak_verdict() {
    using namespace std::chrono_literals;
    SeriesVerdict memory{.series = Series::memory, .claim = Claim::leak, .shape = Shape::ramp};
    memory.first = 80 * kMiB;
    memory.current = memory.last = 136 * kMiB;
    memory.rise = 56 * kMiB;
    memory.slope_per_s = 4.4 * kMiB / 3600;
    memory.slope_ci95_per_s = Interval{4.1 * kMiB / 3600, 4.7 * kMiB / 3600};
    memory.onset = kLeakNow - 768min;
    memory.onset_low = *memory.onset - 20min;
    memory.onset_high = *memory.onset + 20min;
    memory.straightness = 0.998;
    memory.windows_up = 22;
    memory.windows = 23;
    memory.window_width = 32min;
    memory.suspected_at = 10h;
    memory.detected_at = 17h;
    memory.evidence = {{GateId::patience, 46080, 32400, true, true},
                       {GateId::significance, 31, 10, true, true}};

    SeriesVerdict threads{.series = Series::threads, .claim = Claim::growing, .shape = Shape::ramp};
    threads.first = 20;
    threads.current = threads.last = 1274;
    threads.rise = 1254;
    threads.slope_per_s = 98.0 / 3600;
    threads.onset = memory.onset;

    SeriesVerdict fds{.series = Series::fds, .claim = Claim::healthy, .shape = Shape::flat, .current = 34};

    Verdict verdict{.claim = Claim::leak, .leading = Series::memory, .samples = 72001, .now = kLeakNow};
    verdict.wall = std::chrono::seconds(1795535880);
    verdict.patience = 9h;
    verdict.ever_leak = true;
    verdict.series[index(Series::memory)] = memory;
    verdict.series[index(Series::threads)] = threads;
    verdict.series[index(Series::fds)] = fds;
    const Limit limit{LimitKind::cgroup_max, 1024 * kMiB, 160 * kMiB};
    verdict.forecast = Forecast{
        .limit = limit, .eta_s = 864 / 4.4 * 3600, .eta_range_s = {864 / 4.7 * 3600, 864 / 4.1 * 3600}};
    return verdict;
}

// Eight minutes of a rise, at the default patience.
inline Verdict early_verdict() {
    using namespace std::chrono_literals;
    SeriesVerdict memory{.series = Series::memory, .first = 100 * kMiB, .current = 105.5 * kMiB};
    memory.slope_per_s = 41.0 * kMiB / 3600;
    memory.windows_up = memory.windows = 12;
    memory.window_width = 40s;
    Verdict verdict{.samples = 481, .now = 8min, .patience = 9h};
    verdict.series[index(Series::memory)] = memory;
    return verdict;
}

inline Verdict healthy_verdict(Shape shape) {
    using namespace std::chrono_literals;
    SeriesVerdict memory{.series = Series::memory, .claim = Claim::healthy, .shape = shape};
    memory.first = 100 * kMiB;
    memory.current = 104 * kMiB;
    memory.evidence = {{GateId::materiality, 2 * kMiB, 16 * kMiB, true, false}};
    Verdict verdict{.claim = Claim::healthy, .samples = 86401, .now = 24h, .patience = 9h};
    verdict.series[index(Series::memory)] = memory;
    return verdict;
}

}  // namespace rampwatch::report
