// SPDX-License-Identifier: MIT
// The control group of a service: who is in it, and what it is charged with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/probe/cgroup.h"

namespace rampwatch::probe {

// What all processes of a cgroup (and below it) hold together, as the kernel charges it: what they share is
// in it once.
struct CgroupMemory {
    std::int64_t anon_bytes = 0;
    std::int64_t mapped_bytes = 0;  // pages of files that somebody has mapped
    std::optional<std::int64_t> shmem_bytes{};
    std::optional<std::int64_t> swap_bytes{};

    friend bool operator==(const CgroupMemory&, const CgroupMemory&) = default;
};

// Empty where memory.stat is not there, or not as it should be. One file, on v2 two.
std::optional<CgroupMemory> cgroup_memory(const MemoryCgroup& cgroup);

// The service that a process belongs to, by its /proc/PID/cgroup: "nginx.service" out of
// "0::/system.slice/nginx.service/worker". Empty where it is in none, as in a login session.
std::optional<std::string> unit_of(std::string_view cgroup_text);

// The processes of systemd's control group `path` ("/system.slice/nginx.service") and of those below it,
// smallest number first, at most `most` and at most 8 levels deep. Empty when there is no such group.
std::vector<std::int32_t> cgroup_processes(const std::string& path, const Roots& roots = {},
                                           std::size_t most = 4096);

}  // namespace rampwatch::probe
