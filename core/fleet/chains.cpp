// SPDX-License-Identifier: MIT
#include "core/fleet/chains.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace rampwatch::fleet {

std::vector<std::size_t> chains_of(std::span<const Presence> targets) {
    std::vector<std::size_t> order(targets.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return targets[a].first_ms < targets[b].first_ms; });
    std::vector<std::size_t> chains(targets.size());
    std::multimap<std::int64_t, std::size_t> ends;  // of the chains
    std::size_t count = 0;
    for (const std::size_t target : order) {
        const auto [first_ms, last_ms] = targets[target];
        if (first_ms > last_ms) {
            chains[target] = count++;
            continue;
        }
        auto free = ends.lower_bound(first_ms);
        if (free == ends.begin()) {
            chains[target] = count++;
        } else {
            --free;
            chains[target] = free->second;
            ends.erase(free);
        }
        ends.emplace(last_ms, chains[target]);
    }
    return chains;
}

}  // namespace rampwatch::fleet
