// SPDX-License-Identifier: MIT
// What terminals, pagers and debuggers' prompts leave in a text that was saved off a screen.
#pragma once

#include <string>
#include <string_view>

namespace rampwatch::stacks {

inline constexpr std::string_view kCiMark = "##[";  // and a word, and "]": before a line of a CI system's log

// `text` without escape sequences (also where a pager or a logger made them readable: "^[[33m", "#033[33m"),
// struck-over characters and other control characters; a logger's "#011" is a tab again, a no-break space a
// blank. The result is in `buffer` where anything changed.
std::string_view without_controls(std::string_view text, std::string& buffer);

// A line without gdb's and a pager's prompts at its beginning. False where it was nothing else, or a command
// that was typed: then it is no line, not even an empty one.
bool drop_prompts(std::string_view& text);

}  // namespace rampwatch::stacks
