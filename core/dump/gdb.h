// SPDX-License-Identifier: MIT
// Stacks by gdb, where nothing better is there: it holds the whole target while it works (2 s at 1,000
// threads).
#pragma once

#include "core/dump/helper.h"

namespace rampwatch::dump {

// Loads nobody's configuration: no init files, no auto-loaded scripts of the target's files, no debuginfod.
// Frame arguments are not even read: they can hold secrets.
HelperSpec gdb(pid_t pid);

}  // namespace rampwatch::dump
