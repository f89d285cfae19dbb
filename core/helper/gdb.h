// SPDX-License-Identifier: MIT
// Stacks by gdb, where nothing better is there: it holds the whole target while it works (2 s at 1,000
// threads).
#pragma once

#include "core/helper/helper.h"

namespace rampwatch::helper {

// Loads nobody's configuration: no init files, no auto-loaded scripts of the target's files, no debuginfod.
// Frame arguments are not even read: they can hold secrets.
HelperSpec gdb(pid_t pid);

}  // namespace rampwatch::helper
