// SPDX-License-Identifier: MIT
// What glibc's malloc itself notes of its large free chunks: a block inside of one holds no headers that
// would tell. Source of the layout: glibc, malloc/malloc.c and malloc/arena.c, "struct malloc_state" and
// "heap_info", the same from 2.27 to 2.41; found without symbols by a ring of arenas that closes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/probe/maps.h"
#include "core/probe/memory_reader.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cxx {

inline constexpr std::uint64_t kHeapBytes = std::uint64_t{64} << 20;  // of an arena beside the main one
inline constexpr std::uint64_t kLargeChunk = 16'384;                  // that is looked for

struct FreeChunks {
    bool known = false;                  // the arenas were found, and could be walked
    std::vector<probe::Range> chunks{};  // ascending: free, of kLargeChunk or more; the tops too
    std::size_t arenas = 0;

    // Lies wholly in one of them.
    [[nodiscard]] bool covers(std::uint64_t address, std::uint64_t size) const;
    // So much of it lies in any of them.
    [[nodiscard]] std::uint64_t overlap(std::uint64_t address, std::uint64_t size) const;
};

// `memory`: one that does not touch pages that are not there. Bounded: 4,096 arenas, 200,000 chunks.
FreeChunks free_chunks(const probe::MemoryReader& memory, const probe::Maps& maps, runtime::Budget& budget);

// A further heap of an arena: its own mapping begins at a multiple of 64 MiB with a pointer to the arena.
bool is_arena_heap(const probe::MemoryReader& memory, const probe::Maps& maps, const probe::Mapping& mapping);

}  // namespace rampwatch::cxx
