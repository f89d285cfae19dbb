// SPDX-License-Identifier: MIT
// Small files read whole, as /proc and /sys/fs/cgroup have them.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/error.h"

namespace rampwatch {

// The whole file, or its first `most` bytes. `directory` is a descriptor that a relative `path` starts from,
// or AT_FDCWD. Errors: not_found, no_permission, gone (the process behind a /proc file has ended), io.
Result<std::string> read_file(int directory, const std::string& path, std::size_t most = 65536);
Result<std::string> read_file(const std::string& path, std::size_t most = 65536);

// Where a symbolic link points to; the same errors.
Result<std::string> read_link(int directory, const std::string& path);

}  // namespace rampwatch
