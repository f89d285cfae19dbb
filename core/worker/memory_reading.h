// SPDX-License-Identifier: MIT
// What a target's memory is made of, at a bounded cost. Read in the worker: the kernel may take seconds.
#pragma once

#include <sys/types.h>

#include <chrono>

#include "core/base/error.h"
#include "core/model/memory_parts.h"

namespace rampwatch::worker {

// The kernel's own sum comes first; where it took so long that the parts would not come within `budget`,
// they are left out, and `missing` says so. A single huge mapping may take longer than what is left. Errors:
// gone, no_permission, io.
Result<MemoryParts> read_memory_parts(pid_t pid, std::chrono::nanoseconds budget);

}  // namespace rampwatch::worker
