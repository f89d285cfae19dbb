// SPDX-License-Identifier: MIT
// Parked tasks of language runtimes in words: what they wait for, and what that tells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::report {

// "awaits Future", "never started", "at a yield"; empty where it is not known.
std::string task_state_text(const Group& group);

// "coroutines", "async generator", by their number; of what is no task, as stack_kind.h has it.
std::string task_noun(const Group& group);

// What usually stands behind so many that stand where these do, and what to ask; empty where that says
// nothing.
std::string task_hint(const Group& group);

// "5,318 coroutines", "at least 5,318 coroutines" where not all was looked at; empty where there are none.
std::string task_count_text(const Dump& dump);

// A line for each runtime without an end: "Python 3.11.2: 5,318 coroutines parked", and what was not read.
std::vector<std::string> runtime_lines(const Dump& dump);

}  // namespace rampwatch::report
