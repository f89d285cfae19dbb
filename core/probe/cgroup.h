// SPDX-License-Identifier: MIT
// Where a process's memory and its tasks are accounted: cgroup v1's hierarchies, or v2's one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rampwatch::probe {

// Where /proc and the cgroup file systems are mounted; tests have their own.
struct Roots {
    std::string proc = "/proc";
    std::string cgroup = "/sys/fs/cgroup";

    friend bool operator==(const Roots&, const Roots&) = default;
};

struct MemoryCgroup {
    bool v2 = true;
    std::string root{};  // directory of the hierarchy, never above it: "/sys/fs/cgroup"
    std::string path{};  // below it: "/system.slice/foo.service"; "" is the root itself

    friend bool operator==(const MemoryCgroup&, const MemoryCgroup&) = default;
};

// `text` is /proc/PID/cgroup. A host that has v1's memory hierarchy mounted accounts memory there, whatever
// else is in v2. Where the path is of another cgroup namespace, the root of the mount stands for it. Empty
// when there is no memory controller at all.
std::optional<MemoryCgroup> memory_cgroup(std::string_view text, const Roots& roots);

// The same for tasks, by the controller "pids".
std::optional<MemoryCgroup> pids_cgroup(std::string_view text, const Roots& roots);

// Processes of this cgroup (v2: and below it) that an OOM killer has ended, any OOM killer; empty when the
// kernel does not say.
std::optional<std::int64_t> oom_kills(const MemoryCgroup& cgroup);

}  // namespace rampwatch::probe
