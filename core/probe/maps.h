// SPDX-License-Identifier: MIT
// A target's mappings, and the files behind them as the target sees them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd.h"

namespace rampwatch::probe {

// One line of /proc/PID/maps (proc_pid_maps(5)).
struct Mapping {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t offset = 0;  // in the file
    bool readable = false;
    bool writable = false;
    bool executable = false;
    bool shared = false;
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    std::uint64_t inode = 0;  // 0: no file
    std::string path{};       // "[stack]", "/usr/bin/x", or empty; hostile: escape before printing
    bool deleted = false;     // the kernel said " (deleted)", which `path` no longer has

    friend bool operator==(const Mapping&, const Mapping&) = default;
};

// Ascending, and never overlapping in what the kernel prints.
struct Maps {
    std::vector<Mapping> mappings{};
    bool truncated = false;   // there are more than kMostMappings
    std::size_t skipped = 0;  // lines that were not understood
};
inline constexpr std::size_t kMostMappings = 300'000;

Maps parse_maps(std::string_view text);

// One line without its end; empty when it is none.
std::optional<Mapping> parse_mapping(std::string_view line);

// `tid`: of live_thread(); a leader that has ended has none. Errors: gone, no_permission, io.
Result<Maps> read_maps(pid_t tid);

// The mapping that holds `address`, or none.
const Mapping* find(const Maps& maps, std::uint64_t address);

// A file opened for reading. `proven`: device and inode are those of the mapping, or it is the executable
// itself; else only the inode (or, on overlayfs and btrfs, where maps and stat disagree, only the name)
// matches, and the caller has to compare build ids before trusting it.
struct ModuleFile {
    Fd fd{};
    std::int64_t size_bytes = 0;
    std::uint64_t device = 0;  // st_dev and the like, for a cache's key
    std::uint64_t inode = 0;
    std::int64_t changed_ns = 0;  // st_mtim
    bool proven = false;
};

// The target's executable by /proc/TID/exe, which also works when it was deleted, replaced, or lies in
// another mount namespace. Errors: gone, no_permission, not_found (a kernel thread).
Result<ModuleFile> open_executable(pid_t tid);

// The regular file behind `mapping`, found where the target sees it: /proc/TID/exe when the mapping is of the
// executable, else its path below /proc/TID/root, without leaving that root. A deleted file that is not the
// executable is not_found: read it from memory.
Result<ModuleFile> open_module(pid_t tid, const Mapping& mapping);

}  // namespace rampwatch::probe
