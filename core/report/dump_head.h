// SPDX-License-Identifier: MIT
// What stands above the groups of a dump: how much was read, of whom, how; and whose a group is.
#pragma once

#include <string>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::report {

// What the languages in it count and hold: their runtimes, goroutines, Go's memory.
std::vector<std::string> language_lines(const Dump& dump);

// What there is, of which process, and what reading it cost; of several processes a line each. Lines ended.
std::string head_lines(const Dump& dump);

// "in PID 4712 (20), 4713 (20) and 3 more processes", of a group of a dump of several processes.
std::string holders_text(const Group& group);

// "TID 4712 holds the GIL", of the threads of a group that are known by their TID. Without an end.
std::vector<std::string> lock_lines(const Dump& dump, const Group& group);

}  // namespace rampwatch::report
