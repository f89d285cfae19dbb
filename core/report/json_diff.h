// SPDX-License-Identifier: MIT
// What changed between two dumps, "rampwatch.diff/1".
#pragma once

#include <string>

#include "core/model/stack.h"

namespace rampwatch::report {

// One line without its end. `difference`: as stacks::difference() makes it of the two.
std::string json_diff(const Dump& before, const Dump& now, const Dump& difference);

}  // namespace rampwatch::report
