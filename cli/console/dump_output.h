// SPDX-License-Identifier: MIT
// A dump on stdout or into a file, in the format that was asked for: for dump and group.
#pragma once

#include <string>

#include "core/model/stack.h"

namespace rampwatch::cli {

struct Command;

struct DumpOutput {
    std::string format = "text";
    std::string file{};
};

// --format and -o.
void add_dump_output(Command& command, DumpOutput& output);

// Refuses what no terminal can show; true when it complained.
bool refused(const DumpOutput& output);

// The exit status.
int print(const Dump& dump, const DumpOutput& output);

}  // namespace rampwatch::cli
