// SPDX-License-Identifier: MIT
// A dump as JSON: "rampwatch.dump/1", see rampwatch-formats(5).
#pragma once

#include <string>

#include "core/model/stack.h"

namespace rampwatch::report {

// One object on one line, without its end. The command line is in it when the dump's life has it.
std::string json_dump(const Dump& dump);

}  // namespace rampwatch::report
