// SPDX-License-Identifier: MIT
// What a user names to be read whole: a file, a pipe whose writer takes its time, standard input.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/error.h"

namespace rampwatch {

// All of it, or its first `most` bytes; "-" is standard input. Waits as long as a writer does: not for what
// another program may have named. Errors: those of read_file.
Result<std::string> read_input(const std::string& path, std::size_t most);

}  // namespace rampwatch
