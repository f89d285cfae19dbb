// SPDX-License-Identifier: MIT
#include "core/report/restart.h"

#include <algorithm>
#include <chrono>

namespace rampwatch::report {
namespace {

constexpr double kFurthest = 20;  // times what was observed, as in Forecast

}  // namespace

std::optional<RestartGain> restart_gain(const Verdict& verdict) {
    const auto& memory = verdict.series[index(Series::memory)];
    if (!verdict.forecast || !memory || !memory->slope_per_s || *memory->slope_per_s <= 0)
        return std::nullopt;
    const double leaked = std::max(0.0, memory->current - memory->first);
    if (leaked <= 0) return std::nullopt;
    const Limit& limit = verdict.forecast->limit;
    const double used = std::max(0.0, static_cast<double>(limit.used_bytes) - leaked);
    const double room = static_cast<double>(limit.limit_bytes) - used;
    if (room <= 0) return std::nullopt;
    const double until_limit_s = room / *memory->slope_per_s;
    const auto from = memory->onset.value_or(verdict.started);
    const double horizon_s = kFurthest * std::chrono::duration<double>(verdict.now - from).count();
    if (until_limit_s > horizon_s) return RestartGain{horizon_s, true};
    return RestartGain{until_limit_s, false};
}

}  // namespace rampwatch::report
