// SPDX-License-Identifier: MIT
// "What grew", under the stacks of a dump.
#pragma once

#include <cstddef>
#include <string>

#include "core/model/stack.h"

namespace rampwatch::report {

// Of a dump with `heap`, else nothing: a head line, a line or two a type, and what is left out; each line
// ended, of at most 80 columns.
std::string heap_section(const Dump& dump, std::size_t most_types = 5);

// The same in one line, for under a verdict: "89,800 × shop::Session of 2,300 B (own 80, owned text 2,160):
// 83 % of 197 MiB that are new since 10:03"; empty where nothing grew that could be named.
std::string heap_cause(const Dump& dump);

}  // namespace rampwatch::report
