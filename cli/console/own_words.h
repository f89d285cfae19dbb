// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace rampwatch::cli {

// The command line that started us, to be typed again behind "sudo": quoted for a shell, control characters
// escaped, the program by its path unless a bare name will do.
std::string own_command_line();

// A word to be typed in a shell, in quotes where it needs them; what no terminal should see is escaped.
std::string shell_word(std::string_view word);

}  // namespace rampwatch::cli
