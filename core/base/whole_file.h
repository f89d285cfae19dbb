// SPDX-License-Identifier: MIT
// A file that is there whole or not at all.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace rampwatch {

// Writes beside `path`, onto the disk, then renames: whoever reads sees the old file or the whole new one.
// What is no regular file (a pipe, /dev/stdout) is written to directly. `mode` is cut by the umask. A new
// file of 0600 replaces whatever had the name; a symbolic link is replaced, not followed. Error io, `where`
// the path.
Result<void> write_whole(const std::string& path, std::string_view text, mode_t mode);

}  // namespace rampwatch
