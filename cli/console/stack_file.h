// SPDX-License-Identifier: MIT
// A file of stacks that somebody else's program wrote, as a dump.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "core/model/stack.h"
#include "core/stacks/text_dumps.h"

namespace rampwatch::cli {

struct StackFile {
    std::string path{};       // "-" is standard input
    std::int64_t number = 0;  // of the dump in it, from 1; 0 is the last
};

// "threads.txt#2" is the second dump in threads.txt, unless there is a file of that whole name.
StackFile stack_file_of(const std::string& argument);

// Reads its stacks. Errors: those of read_file; bad_input: more than 1 GiB, no stacks in it, no such dump.
Result<stacks::TextDump> read_stacks(const StackFile& file);
Result<stacks::TextDump> parse_stacks(const std::string& text, const StackFile& file);

// Adds to `dump` how the stacks were read and what has to be said of them, but not the stacks themselves.
void describe(const StackFile& file, const stacks::TextDump& read, Dump& dump);

}  // namespace rampwatch::cli
