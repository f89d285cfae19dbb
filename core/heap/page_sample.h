// SPDX-License-Identifier: MIT
// Which blocks of a heap are read: a block is 2^shift pages of which at least one exists. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/probe/page_set.h"

namespace rampwatch::heap {

// The blocks that hold any of `pages`, by number (page >> shift).
probe::PageSet blocks_of(const probe::PageSet& pages, unsigned shift);

// Those of `now` that are not in `before`.
probe::PageSet minus(const probe::PageSet& now, const probe::PageSet& before);

// `count` blocks, one of each stratum (estimate.h), ascending; all of them where there are no more. The same
// for the same seed.
std::vector<std::uint64_t> sample_of(const probe::PageSet& blocks, std::size_t count, std::uint64_t seed);

}  // namespace rampwatch::heap
