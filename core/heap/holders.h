// SPDX-License-Identifier: MIT
// Who holds what is biggest, or grew most: the blocks of the sample are read once more and searched for
// pointers to the objects that were met in them.
#pragma once

#include <cstdint>
#include <span>

#include "core/heap/fold.h"
#include "core/heap/walk.h"
#include "core/model/heap_types.h"
#include "core/runtime/runtime.h"

namespace rampwatch::heap {

struct SampledBlocks {
    std::span<const std::uint64_t> blocks{};
    std::uint64_t stand_for = 0;  // blocks of the heap
};

inline constexpr std::size_t kMostSought = 3;  // types, biggest first
inline constexpr double kLeastSought = 0.1;    // of all that is told

// Fills in `held_by` of the biggest of `types`, where it is sure. `rows`: what these were folded from. Takes
// at most as much again as the sample, and three seconds of CPU; what cannot be read is left out.
void add_holders(runtime::Runtime& runtime, const runtime::Target& target, const HeapPages& pages,
                 std::span<const SampledBlocks> sampled, std::span<const Row> rows, HeapTypes& types);

}  // namespace rampwatch::heap
