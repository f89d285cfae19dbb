// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "core/model/look.h"

namespace rampwatch::report {

struct LookTextStyle {
    std::string program = "rampwatch";  // as it is to be called in the commands that are proposed
    std::size_t width = 110;            // columns of the stacks
    bool colours = false;
};

// For people: what it is, its memory and what that runs against, what grew if it began small, the biggest
// groups of its stacks, and the next command.
std::string text_look(const Look& look, const LookTextStyle& style = {});

}  // namespace rampwatch::report
