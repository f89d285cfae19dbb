// SPDX-License-Identifier: MIT
// Folded stacks, as flame graph programs read them: "outermost;...;innermost COUNT", a line a group.
#pragma once

#include <string>

#include "core/model/stack.h"

namespace rampwatch::report {

// Names are whole but for what the format cannot hold: semicolons become colons, control characters are
// escaped.
std::string folded(const Dump& dump);

}  // namespace rampwatch::report
