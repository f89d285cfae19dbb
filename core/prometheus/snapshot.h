// SPDX-License-Identifier: MIT
// What metrics are made of: plain values of one moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/model/sample.h"
#include "core/model/stack.h"
#include "core/model/verdict.h"

namespace rampwatch::prometheus {

struct TargetFigures {
    std::string scope{};    // "main", "sum", "member-2": few, and the same ones again and again
    std::string process{};  // the executable's base name; empty of a sum
    LifeNumber lives = 0;
    std::optional<Sample> sample{};            // the last one; empty while there is no process
    std::shared_ptr<const Verdict> verdict{};  // not older than a few samples
    std::shared_ptr<const Dump> dump{};        // the newest
    std::int64_t samples = 0;                  // in this watch
};

struct Snapshot {
    std::string target{};  // "nginx.service"
    std::vector<TargetFigures> targets{};
    std::int64_t missed_ticks = 0;
    bool drill = false;  // a leak is claimed that is none, to try the alarm
    std::chrono::nanoseconds own_cpu{};
    std::int64_t own_rss_bytes = 0;
    std::string version{};
};

}  // namespace rampwatch::prometheus
