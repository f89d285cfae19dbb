// SPDX-License-Identifier: MIT
// Undoes what a debugger that was killed leaves behind. PTRACE_ATTACH, which gdb and eu-stack use, sends a
// SIGSTOP; a tracer that dies before it has collected it leaves the target stopped for good (2 of 20 kills
// each).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <set>

namespace rampwatch::helper {

// The tasks of `pid` that are in state T (stopped by a signal; a tracer's stop is t). Reads at most 20,000
// tasks.
std::set<pid_t> stopped_tasks(pid_t pid);

// Looks again and again, until nothing was found for half a second (or 10 s have passed): a task that is
// in T and not in `before`, or that has a SIGSTOP coming, is sent on by SIGCONT, which also takes the SIGSTOP
// away. A process that was stopped before is left alone. `pidfd` is that of `pid`: the signal cannot reach
// another process. The number of SIGCONTs sent. Blocks.
int undo_stop(int pidfd, pid_t pid, const std::set<pid_t>& before);

}  // namespace rampwatch::helper
