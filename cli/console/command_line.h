// SPDX-License-Identifier: MIT
// The whole command line: its subcommands, and what words mean by them. command_line.cpp alone includes
// CLI11.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/console/command.h"
#include "core/base/error.h"

namespace rampwatch::cli {

struct CommandLine {
    std::string name{}, about{}, footer{};
    std::function<std::string()> version{};  // asked for --version alone
    std::vector<Command> commands{};
};

// What was understood: a command, or a text that answers --help or --version, or neither.
struct Understood {
    const Command* command = nullptr;  // one of the CommandLine's
    std::string text{};                // whole lines
};

// Fills the places. `words` are those behind the program's name; with none of them it is "neither". Errors
// are bad_input; `where` is the option's name, "--patience", where it is about the value of one, else empty.
Result<Understood> parse(const CommandLine& line, std::vector<std::string> words);

// What `--help` prints.
std::string help(const CommandLine& line);

}  // namespace rampwatch::cli
