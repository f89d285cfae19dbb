// SPDX-License-Identifier: MIT
// What changed between two dumps, as a person reads it.
#pragma once

#include <string>

#include "core/model/stack.h"
#include "core/report/text_dump.h"

namespace rampwatch::report {

// `difference`: as stacks::difference() makes it of the two, its groups with `change`.
std::string text_diff(const Dump& before, const Dump& now, const Dump& difference,
                      const DumpTextStyle& style = {});

}  // namespace rampwatch::report
