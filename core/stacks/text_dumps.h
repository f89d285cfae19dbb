// SPDX-License-Identifier: MIT
// Dumps out of a text that somebody saved: stacks in any of the known formats, off a screen, out of a log or
// a mail, of one process or several, once or many times one after the other.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/stacks/any_text.h"
#include "core/stacks/grouper.h"

namespace rampwatch::stacks {

struct TextDump {
    Grouper stacks{};
    std::vector<TextFormat> formats{};  // in the order in which they came
    // A thread that comes again begins another dump of its process, for each process in the text by itself.
    std::int64_t dumps = 0;    // the most that one process has; 0 without a stack
    std::int64_t sources = 0;  // processes, as far as a prefix of the lines tells them apart
    Skipped skipped{};
};

// Of each process in `text` dump number `wanted`, from 1, or with 0 its last one; a process that has not so
// many is left out. Time linear in the text; memory that of the groups of two dumps of each process, and 8 to
// 40 bytes a stack. At most 64 processes are told apart.
TextDump read_text(std::string_view text, std::int64_t wanted = 0);

}  // namespace rampwatch::stacks
