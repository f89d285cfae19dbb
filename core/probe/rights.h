// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include "core/base/error.h"

namespace rampwatch::probe {

// Why the kernel did not let us look into `pid`: another user's, not dumpable, or kernel.yama.ptrace_scope;
// with the command or the capability that would help.
Error no_right(pid_t pid);

}  // namespace rampwatch::probe
