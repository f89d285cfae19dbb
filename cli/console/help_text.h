// SPDX-License-Identifier: MIT
// What --help prints, in 80 columns: usage, options in groups, examples.
#pragma once

#include <string>

#include "cli/console/command_line.h"

namespace rampwatch::cli {

// Of the program: its subcommands, a line each.
std::string help_of(const CommandLine& line);

// Of one subcommand.
std::string help_of(const CommandLine& line, const Command& command);

}  // namespace rampwatch::cli
