// SPDX-License-Identifier: MIT
// One look at one thread through /proc, cheap enough for thousands.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <string_view>

#include "core/base/fd.h"
#include "core/probe/thread_files.h"

namespace rampwatch::probe {

// Two files of one thread, kept open between looks: the descriptors also hold the thread itself, so that a
// TID that is given out again is never mistaken for it.
struct ThreadFds {
    Fd entry{};
    Fd runs{};
};

struct Look {
    bool there = false;
    bool refused = false;  // the kernel does not let us
    KernelEntry entry{};
    RunCount runs{};  // read before `entry`
};

// `tasks`: /proc/PID/task. Opens what is not open. About 10 us, 20 with the opening.
Look look_at(int tasks, pid_t tid, ThreadFds& files);

// Equal looks mean that the thread was blocked in the same place all the time between.
bool same_state(const Look& look, const KernelEntry& entry, const RunCount& runs);

// A file of the thread, read from its start into `into`; empty when that fails.
std::string_view read_below(int tasks, pid_t tid, const char* name, std::span<char> into);

// wait_word() with wchan where it is needed.
std::string waits_for(int tasks, pid_t tid, const KernelEntry& entry, char state);

// The PID that traces the thread, 0 for none.
pid_t tracer_of(int tasks, pid_t tid);

}  // namespace rampwatch::probe
