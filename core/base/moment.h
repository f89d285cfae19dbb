// SPDX-License-Identifier: MIT
// A point in time as a person types it.
#pragma once

#include <chrono>
#include <string_view>

#include "core/base/error.h"

namespace rampwatch {

// "24h" or "9d": that long before `now`; "2026-11-20", "2026-11-20T04:00", "2026-11-20 04:00:30": in the
// local zone, with "Z", "+01:00" or "+0100" behind it in that one. Since the Unix epoch. Else bad_input, with
// an empty `where`.
Result<std::chrono::nanoseconds> parse_moment(std::string_view text, std::chrono::nanoseconds now);

// The same, durations counted ahead of `now`.
Result<std::chrono::nanoseconds> parse_moment_ahead(std::string_view text, std::chrono::nanoseconds now);

}  // namespace rampwatch
