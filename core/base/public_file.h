// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace rampwatch {

// Replaces a file that anybody may read, whatever our umask, by rename; not synced, since it is of this
// moment alone. Error io, `where` the path.
Result<void> write_public(const std::string& path, std::string_view text);

}  // namespace rampwatch
