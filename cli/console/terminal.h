// SPDX-License-Identifier: MIT
// What stands at the other end of a stream, and how much of a line it can show.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace rampwatch::cli {

struct Terminal {
    bool is_terminal = false;
    bool can_redraw = false;  // moves its cursor: a terminal, and TERM is not "dumb"
    bool utf8 = false;        // by the locale of the environment
    bool colours = false;     // can_redraw, and NO_COLOR (no-color.org) is not set

    friend bool operator==(const Terminal&, const Terminal&) = default;
};

using Getenv = std::function<const char*(const char*)>;

// Of the descriptor `fd`, in this environment.
Terminal terminal_of(int fd, const Getenv& get);
Terminal terminal_of(int fd);  // in ours

// Columns of the terminal at `fd` now; 80 where it does not say.
std::size_t columns_of(int fd);

// The head of `text` that fits `columns`, "..." at its end where something is cut. `text` is escaped already;
// each code point counts as one column.
std::string fit(std::string_view text, std::size_t columns);

// A line broken at its spaces into rows of at most `columns`, joined by "\n"; the rows after the first stand
// under the text of a "  label    text" line, else four in. A word longer than a row is left whole. Escaped
// already.
std::string broken_at_spaces(std::string_view line, std::size_t columns);

// Each line of `text` so, where it is too long. Colours take no columns; a command to be copied, behind
// "next", stays whole.
std::string broken_lines(std::string_view text, std::size_t columns);

}  // namespace rampwatch::cli
