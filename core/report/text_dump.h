// SPDX-License-Identifier: MIT
// A dump as a person reads it at 3 a.m.: how many stand where in their own code, biggest groups first.
#pragma once

#include <cstddef>
#include <string>

#include "core/model/stack.h"

namespace rampwatch::report {

struct DumpTextStyle {
    std::size_t width = 80;        // columns; at least 40 are used
    bool colours = false;          // bold counts, dim library frames
    std::size_t most_groups = 0;   // 0: all; else the biggest, and the one that grew most
    std::size_t most_frames = 12;  // of one group, library frames folded
    bool only_grown = false;       // beside a baseline: what has grown, or one line that nothing has
};

// With a head line and the warnings; each line ended.
std::string text_dump(const Dump& dump, const DumpTextStyle& style = {});

// The groups alone, for under a verdict.
std::string text_groups(const Dump& dump, const DumpTextStyle& style = {});

}  // namespace rampwatch::report
