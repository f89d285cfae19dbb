// SPDX-License-Identifier: MIT
// Stacks of virtual threads that no carrier runs: objects of jdk.internal.vm.StackChunk on the heap, each
// with the frames that were frozen, in which frame pointers are relative (Java 21 on).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/hotspot/code_cache.h"
#include "core/hotspot/fields.h"
#include "core/hotspot/layout.h"
#include "core/hotspot/methods.h"
#include "core/hotspot/objects.h"
#include "core/hotspot/stack_walk.h"

namespace rampwatch::hotspot {

// Offsets in a chunk, in bytes.
struct ChunkLayout {
    std::uint64_t klass = 0;
    std::uint64_t size = 0, sp = 0, bottom = 0, parent = 0;  // of its own fields
    std::uint64_t continuation = 0, pc = 0;                  // of those that the JVM adds
    std::uint64_t stack = 0;                                 // where its words begin
};

// Empty where the fields are not those that are known.
std::optional<ChunkLayout> chunk_layout(const ClassTables& tables, std::uint64_t klass);

// One chunk as it was copied.
struct Chunk {
    std::uint64_t address = 0;
    std::uint32_t sp = 0, bottom = 0;  // words in its stack
    std::uint64_t pc = 0;
    std::vector<std::byte> words{};  // of its stack, from two words below sp on

    [[nodiscard]] bool empty() const { return sp >= bottom; }
    // The word at `index` of its stack; empty where it is not in the copy.
    [[nodiscard]] std::optional<std::uint64_t> word(std::uint64_t index) const;
};

inline constexpr std::uint32_t kMostChunk = 1 << 20;  // words

// Empty where there is no chunk any more, or one that makes no sense.
std::optional<Chunk> read_chunk(const Objects& objects, const ChunkLayout& layout, std::uint64_t address);

// Frames of a chunk, innermost first; `whole` where its bottom was reached exactly.
RawStack walk_chunk(CodeCache& cache, Methods& methods, const Chunk& chunk);

}  // namespace rampwatch::hotspot
