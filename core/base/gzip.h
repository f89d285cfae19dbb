// SPDX-License-Identifier: MIT
// gzip (RFC 1952), by zlib.
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace rampwatch {

// Errors: io, when there is no memory for it.
Result<std::string> gzip(std::string_view bytes);

// Errors: bad_input, when it is not gzip data, or damaged; unavailable, when it has more than `most_bytes` of
// content.
Result<std::string> gunzip(std::string_view bytes, std::size_t most_bytes);

}  // namespace rampwatch
