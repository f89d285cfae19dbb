// SPDX-License-Identifier: MIT
// What the shell sees: exit statuses, and errors on stderr.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/base/error.h"

namespace rampwatch::cli {

// The only numbers that rampwatch itself ever returns.
enum class Exit : int { healthy = 0, leak = 1, trouble = 2 };

// With a command, the status of a failure that is ours, as env(1) has it.
inline constexpr int kOurTrouble = 125;

// EX_CONFIG of sysexits.h: that a unit of systemd need not try again what was written wrongly.
inline constexpr int kBadUsageOfService = 78;

// Says the error on stderr, in one line; the value is Exit::trouble, to be returned.
int complain(const Error& error);

// The same error at this place, such as "--patience".
Error placed(Error error, std::string where);
template <class T>
Result<T> placed(Result<T> result, std::string_view where) {
    return result ? std::move(result) : Result<T>(placed(result.error(), std::string(where)));
}

}  // namespace rampwatch::cli
