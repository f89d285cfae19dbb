// SPDX-License-Identifier: MIT
// The line that a process's growth meets first: cgroup limits of every level, RLIMIT_AS, physical memory;
// and the lines that its descriptors and threads meet.
//
// A cgroup's use is its own usage less the page cache on its file lists (active and inactive): the kernel
// drops that before it kills anybody. Shared memory is not on those lists and stays counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/model/sample.h"
#include "core/probe/cgroup.h"

namespace rampwatch::probe {

// The limit with the least room left (limit - used, which may be negative), of those that are set and
// readable; empty when there is none. `process_directory` is a descriptor of /proc/PID, or of what stands for
// it. Three small files, and three for each level of the cgroup: for every tenth sample, not for each.
std::optional<Limit> nearest_limit(int process_directory, const Roots& roots = {});

// What counts run against: the soft RLIMIT_NOFILE, and the pids.max with the least room left, of all levels
// of the process's cgroup, with the tasks that count against it. Empty where there is none, or it cannot be
// read.
struct CountBounds {
    std::optional<std::int64_t> fds{};
    std::optional<std::int64_t> pids{};
    std::optional<std::int64_t> pids_used{};  // there whenever `pids` is

    friend bool operator==(const CountBounds&, const CountBounds&) = default;
};

// As dear as nearest_limit().
CountBounds count_bounds(int process_directory, const Roots& roots = {});

// Bytes of `memory_stat` (memory.stat) that the kernel can drop. v1 counts a hierarchy in total_*.
std::int64_t droppable_bytes(std::string_view memory_stat, bool v2);

}  // namespace rampwatch::probe
