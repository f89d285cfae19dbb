// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rampwatch::cli {

// The command line that started us, to be typed again behind "sudo": quoted for a shell, control characters
// escaped, the program by its path unless a bare name will do.
std::string own_command_line();

}  // namespace rampwatch::cli
