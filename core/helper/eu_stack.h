// SPDX-License-Identifier: MIT
// Stacks by `eu-stack` of elfutils. It attaches to one thread at a time, so that no thread sees more than
// some 2 ms; its costs are its own time, and no picture of one moment.
#pragma once

#include "core/helper/helper.h"

namespace rampwatch::helper {

enum class EuStackDetail {
    inlines,  // functions, lines, and what was inlined: about 3 ms of CPU a thread
    names,    // functions and lines
    bare,     // addresses alone (-q): where names take too long, as with hundreds of MB of debug information
};

HelperSpec eu_stack(pid_t pid, EuStackDetail detail);

}  // namespace rampwatch::helper
