// SPDX-License-Identifier: MIT
// Words for parts of a process's memory.
#pragma once

#include <string>

#include "core/model/memory_parts.h"

namespace rampwatch::report {

// "heap", "thread stacks", or the name it has, escaped.
std::string part_name(const MemoryPart& part);

// The middle left out of what is longer than `width`; the ends of a path say more.
std::string clip_middle(std::string text, std::size_t width);

}  // namespace rampwatch::report
