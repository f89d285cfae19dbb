// SPDX-License-Identifier: MIT
// What the shell sees: exit statuses, and errors on stderr.
#pragma once

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

}  // namespace rampwatch::cli
