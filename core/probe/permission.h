// SPDX-License-Identifier: MIT
// May the stacks of a process be read, and if not, which right is missing?
#pragma once

#include <sys/types.h>

#include <string>

#include "core/base/error.h"
#include "core/probe/process.h"

namespace rampwatch::probe {

// Asks the kernel the very question that a debugger's attach asks, without attaching. Errors, `where` being
// "PID 4711": no_permission (another user's, ptrace scope, a capability, not dumpable, hidepid), gone (a
// zombie, no such process), bad_input (a kernel thread has no stacks of its own). `sudo_line`: the exact
// words that would do it with more rights, for the hint; empty when there are none.
Result<void> may_dump(pid_t pid, const std::string& sudo_line = {});

// May the state of its threads be read, which a stack is read by? It is in files of its user's alone. Error:
// no_permission.
Result<void> may_read_threads(const probe::Process& process);

// For a debugger, which attaches: no_permission when the process has a tracer already.
Result<void> may_attach(pid_t pid);

}  // namespace rampwatch::probe
