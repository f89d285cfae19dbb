// SPDX-License-Identifier: MIT
// Snappy's block format, which Prometheus's remote read wraps its messages in
// (github.com/google/snappy, format_description.txt).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace rampwatch::fleet {

// At most `most` bytes come out: a block that says more, is cut off, or copies from before its beginning is
// Error::Kind::bad_input, with an empty `where`.
Result<std::string> unsnap(std::string_view block, std::size_t most);

// A sound block that is not compressed: for requests, which are small. `bytes` are fewer than 2^32.
std::string snap(std::string_view bytes);

}  // namespace rampwatch::fleet
