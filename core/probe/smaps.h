// SPDX-License-Identifier: MIT
// How much of each mapping is in memory: /proc/PID/smaps and smaps_rollup (proc_pid_smaps(5)).
//
// The kernel walks page tables for it, about 0.1 s for each 10 GiB of small pages, and meanwhile makes wait
// what changes the target's mappings (mmap, munmap), a few mappings at a time: nothing for every tick.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/model/memory_parts.h"
#include "core/probe/maps.h"

namespace rampwatch::probe {

struct MappedMemory {
    Mapping mapping{};
    MemoryFigures figures{};

    friend bool operator==(const MappedMemory&, const MappedMemory&) = default;
};

struct Smaps {
    std::vector<MappedMemory> mappings{};  // ascending, at most kMostMappings
    bool truncated = false;                // there are more, or the time was up
};

// Text in pieces of any size; what is no line of smaps is left out.
class SmapsParser {
  public:
    void feed(std::string_view text);
    [[nodiscard]] Smaps finish();
    [[nodiscard]] std::size_t count() const { return smaps_.mappings.size(); }

  private:
    void line(std::string_view text);

    Smaps smaps_{};
    std::string begun_{};  // a line whose end has not come yet
    bool skips_ = false;   // what follows belongs to no mapping that is kept
};

// `tid`: of live_thread(). Ends between two mappings once `until` (CLOCK_BOOTTIME) has passed. Errors: gone,
// no_permission, io.
Result<Smaps> read_smaps(pid_t tid, std::chrono::nanoseconds until);

// The sum of all by the kernel itself, without address_space; not_found before Linux 4.14.
Result<MemoryFigures> read_rollup(pid_t tid);

// What the mappings are used for. `stack_pointers` of the threads, in any order; a thread's stack is an
// anonymous mapping with one of them in it and a guard below, or one of the same size with a guard: those
// that libc keeps for later. Pure.
std::vector<MemoryPart> divide(std::span<const MappedMemory> mappings,
                               std::vector<std::uint64_t> stack_pointers);

// By the files that are mapped; pure.
std::vector<std::string> allocators_in(std::span<const MappedMemory> mappings);

}  // namespace rampwatch::probe
