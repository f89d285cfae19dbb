// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace rampwatch {

// Names in the directory that the descriptor is open on, from its beginning, in the kernel's order and
// without those that start with a dot, until `each` says false. False when it cannot be listed. A few are
// asked for at a time, unlike by readdir(): a thousand of /proc/PID/task in one call keep a CPU for over a
// millisecond, in which a kernel that does not preempt itself lets nobody else run there.
bool each_entry(int directory, const std::function<bool(const char* name)>& each);

}  // namespace rampwatch
