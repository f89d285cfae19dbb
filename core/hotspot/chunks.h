// SPDX-License-Identifier: MIT
// Stacks of virtual threads that no carrier runs: objects of jdk.internal.vm.StackChunk on the heap, each
// with the frames that were frozen, in which frame pointers are relative (Java 21 on).
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/hotspot/code_cache.h"
#include "core/hotspot/fields.h"
#include "core/hotspot/layout.h"
#include "core/hotspot/methods.h"
#include "core/hotspot/objects.h"
#include "core/runtime/runtime.h"

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

// Frames of many chunks: most of their return addresses are the same few, each looked up once.
class ChunkFrames {
  public:
    // Of one reading: both are not begun anew while this lives.
    ChunkFrames(CodeCache& cache, Methods& methods) : cache_(cache), methods_(methods) {}

    // Appends them to `frames`, innermost first. False where they end before the chunk's bottom.
    bool add(const Chunk& chunk, std::vector<runtime::FrameId>& frames);

    static constexpr std::size_t kMostPlaces = 100'000;

  private:
    struct Place {  // a return address in compiled code
        std::vector<runtime::FrameId> frames{};
        std::uint64_t words = 0;  // of its frame; 0: it is not known
    };
    struct At {
        std::uint64_t sp = 0, pc = 0, fp = 0;  // sp, fp: words
    };
    bool step(const Chunk& chunk, At& at, std::vector<runtime::FrameId>& frames);
    bool interpreted(const Chunk& chunk, At& at, std::vector<runtime::FrameId>& frames);
    [[nodiscard]] Place place_of(const Code& code, std::uint64_t pc);

    CodeCache& cache_;
    Methods& methods_;
    std::unordered_map<std::uint64_t, Place> places_{};
};

}  // namespace rampwatch::hotspot
