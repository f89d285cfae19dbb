// SPDX-License-Identifier: MIT
// Two readings of heaps, type by type. Pure.
#pragma once

#include "core/model/heap_types.h"

namespace rampwatch::stacks {

// What `now` has more than `before`, biggest first; what is smaller, and what the two intervals together
// leave open, is left out. Each reading was a sample of its own, so that errors add: a baseline tells much
// smaller growth (heap/reading.h).
HeapTypes heap_difference(const HeapTypes& before, const HeapTypes& now);

}  // namespace rampwatch::stacks
