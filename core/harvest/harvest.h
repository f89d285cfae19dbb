// SPDX-License-Identifier: MIT
// A whole fleet judged out of the metrics that a server has stored: targets are listed, then taken some at a
// time: fetched through all of the time, judged, handed on, forgotten. Memory does not grow with their number
// but for what names them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "core/base/error.h"
#include "core/fleet/grid.h"
#include "core/harvest/fetch.h"
#include "core/harvest/lanes.h"
#include "core/harvest/server.h"
#include "core/trend/judge.h"

namespace rampwatch::harvest {

struct Settings {
    Server server{};
    Query query{};
    std::optional<Protocol> protocol{};  // empty: the cheapest that the server has
    fleet::Grid grid{};
    trend::Settings judge{};
    std::uint32_t shard = 0, shards = 1;
    bool with_charts = false;
    unsigned workers = 1;  // as many questions at once
};

struct Progress {
    std::size_t done = 0, all = 0;  // targets
};

struct Outcome {
    std::int64_t listed = 0;           // series that the server named
    std::int64_t targets = 0;          // of ours
    std::int64_t of_other_shards = 0;  // series
    std::int64_t silent = 0;           // targets without a value
    std::int64_t not_judged = 0;       // targets that could not be fetched
    bool is_cut = false;               // there are more than kMostTargets: the rest was not looked at
    std::optional<Error> trouble{};    // the first that kept something from being judged
    Protocol protocol = Protocol::range;
    FetchNotes notes{};
};

// `take` and `progress` are called by one thread at a time, in the order of the targets' workloads. Once the
// server is gone, what was judged stands.
Outcome harvest(const Settings& settings, const std::function<void(Judged)>& take,
                const std::function<void(const Progress&)>& progress);

}  // namespace rampwatch::harvest
