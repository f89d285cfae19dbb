// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/probe/cgroup.h"

namespace rampwatch::probe {

// The process, its children, and theirs, as they are now, the process itself first; at most `most`. What was
// adopted by another parent meanwhile is not among them. Empty when there is no such process.
std::vector<std::int32_t> process_tree(std::int32_t pid, const Roots& roots = {}, std::size_t most = 4096);

}  // namespace rampwatch::probe
