// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/model/look.h"

namespace rampwatch::report {

// For people: what it is, its memory and what that runs against, what grew if it began small, the biggest
// groups of its stacks, and the next command. `program` is how rampwatch is to be called in that.
std::string text_look(const Look& look, const std::string& program = "rampwatch");

}  // namespace rampwatch::report
