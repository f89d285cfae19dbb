// SPDX-License-Identifier: MIT
// What a process's memory is made of, by mapping, as the kernel's smaps has it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rampwatch {

// The words of the JSON.
enum class MemoryKind : std::uint8_t {
    heap,       // what brk grows
    arenas,     // further heaps of glibc's malloc
    stacks,     // of threads
    anonymous,  // mapped without a file: big allocations, and other allocators' heaps
    named,      // the same with a name that the program gave it (prctl PR_SET_VMA_ANON_NAME)
    file,       // of a file, and what was written to copies of it
    shared,     // shared memory: memfd, /dev/shm, System V
    other,      // the kernel's own: vdso
    unmapped,   // files that are memory alone (memfd, deleted from a tmpfs), held open and not mapped
};

// In bytes. All but address_space are of pages that exist.
struct MemoryFigures {
    std::int64_t address_space = 0;
    std::int64_t rss = 0;
    std::int64_t anonymous = 0;  // of rss: no file backs them
    std::int64_t swap = 0;
    std::int64_t lazy_free = 0;  // of anonymous: given back by MADV_FREE, not yet taken
    std::int64_t huge = 0;       // of anonymous: in transparent huge pages
    std::int64_t pss = 0;        // of rss by share: a page that is mapped n times counts as an nth
    // Outside of rss:
    std::int64_t hugetlb = 0;   // in pages of hugetlbfs
    std::int64_t unmapped = 0;  // in files that are memory alone

    friend bool operator==(const MemoryFigures&, const MemoryFigures&) = default;
};

// All that is taken from the host, wherever the kernel counts it.
constexpr std::int64_t held_bytes(const MemoryFigures& figures) {
    return figures.rss + figures.swap + figures.hugetlb + figures.unmapped;
}

struct MemoryPart {
    MemoryKind kind = MemoryKind::anonymous;
    std::string name{};  // of named, file and shared: as the target has it; hostile
    std::int64_t mappings = 0;
    MemoryFigures figures{};
    // Against an earlier reading of the same life: of held_bytes(), and of mappings. Empty without one.
    std::optional<std::int64_t> change_bytes{};
    std::optional<std::int64_t> change_mappings{};

    friend bool operator==(const MemoryPart&, const MemoryPart&) = default;
};
inline constexpr std::size_t kMostMemoryParts = 64;

struct MemoryParts {
    MemoryFigures total{};            // of all, also where the parts are not known
    std::vector<MemoryPart> parts{};  // biggest first, what is beyond kMostMemoryParts in a last one
    // Allocators and runtimes that are known by a file that they map: "glibc", "jemalloc", "JVM".
    std::vector<std::string> allocators{};
    std::string missing{};  // why the parts are not known, or not all: "it would take longer than 1 s"
    std::chrono::nanoseconds took{};

    // Against an earlier reading of the same life.
    std::optional<std::chrono::nanoseconds> since{};  // its wall time
    std::optional<MemoryFigures> before{};            // its total

    friend bool operator==(const MemoryParts&, const MemoryParts&) = default;
};

}  // namespace rampwatch
