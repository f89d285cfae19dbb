// SPDX-License-Identifier: MIT
// Which targets of one workload came after one another, so that they are fetched together: pods of a large
// deployment are more than fit in hand at once, and those that follow each other are one history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rampwatch::fleet {

// When a target was there, as seen from afar; in ms. One that was not seen at all has its first behind its
// last.
struct Presence {
    std::int64_t first_ms = 1, last_ms = 0;
};

// A number of a chain for each target: in a chain each begins after the one before it has ended, the latest
// that had. So few chains that no target could have gone on one that was there. Those that were not seen are
// a chain each. n log n.
std::vector<std::size_t> chains_of(std::span<const Presence> targets);

}  // namespace rampwatch::fleet
