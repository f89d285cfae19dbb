// SPDX-License-Identifier: MIT
// One GET over HTTP, by libcurl, with bounds: on time, on bytes, and on where it may lead (no redirect is
// followed, no proxy, no cookie, no .netrc).
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "core/base/error.h"

namespace rampwatch {

struct HttpSettings {
    std::size_t most_bytes = std::size_t{64} << 20;
    std::chrono::nanoseconds timeout = std::chrono::seconds(5);  // of the whole exchange
    std::string unix_socket{};                                   // path; empty: over TCP
};

struct HttpAnswer {
    long status = 0;
    std::string content_type{};  // as the server has it: hostile
    std::string body{};
};

// False where libcurl was left out of this rampwatch.
bool http_is_built_in();

// An answer of any status is an answer. Errors: unavailable (built without libcurl, or there is none here),
// bad_input (no URL, or more than `most_bytes`), timed_out, io (refused, cut off). Blocks.
Result<HttpAnswer> http_get(const std::string& url, const HttpSettings& settings);

}  // namespace rampwatch
