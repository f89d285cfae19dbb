// SPDX-License-Identifier: MIT
// What a process's memory is made of now, against then.
#pragma once

#include <chrono>

#include "core/model/memory_parts.h"

namespace rampwatch::stacks {

// Sets `change_*`, `since` and `before` of `now`. Parts that are there no more are put in, with figures of 0.
// Where the parts of either are not known, only the totals are compared.
void compare_memory(MemoryParts& now, const MemoryParts& then, std::chrono::nanoseconds then_wall);

}  // namespace rampwatch::stacks
