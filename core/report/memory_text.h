// SPDX-License-Identifier: MIT
// What a process's memory is made of, what of it grew, and where to look next.
#pragma once

#include <string>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::report {

// Of a dump with `memory`, else nothing: a line with the total, one for each part that matters, and hints;
// no line longer than 100 columns but for hints.
std::vector<std::string> memory_lines(const Dump& dump);

// Sentences, each about one thing that the figures show: memory that only looks like a leak, and which tool
// says more of the part that grew most.
std::vector<std::string> memory_hints(const Dump& dump);

}  // namespace rampwatch::report
