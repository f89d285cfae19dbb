// SPDX-License-Identifier: MIT
// Static variables that lead into malloc's heap, and the large pieces of it that belong to them: what a
// vector's array or a map's buckets, met in the heap without a name, are part of.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/cxx/chunk_types.h"
#include "core/cxx/modules.h"
#include "core/probe/maps.h"
#include "core/probe/memory_reader.h"
#include "core/probe/pagemap.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cxx {

// A word in the data of a program or library that leads to the start of a chunk.
struct StaticWord {
    std::uint64_t at = 0;
    std::uint64_t to = 0;    // the chunk's first own byte
    std::uint64_t size = 0;  // of the chunk, with its header
    runtime::TypeId type = 0;
};

// A chunk that a static variable leads to, in up to three steps through objects on the heap.
struct OwnedPiece {
    std::uint64_t start = 0, end = 0;  // its own bytes
    std::uint64_t root = 0;            // address of the static word; 0: several variables lead to it
    std::uint32_t through = 0;         // the object it hangs on, for StaticData::step(); 0: none
    std::uint64_t offset = 0;          // of the pointer in that object
    std::uint64_t at = 0;              // where that pointer is
};

class StaticData {
  public:
    static constexpr std::uint64_t kMostBytes = std::uint64_t{32} << 20;  // of static data
    static constexpr std::size_t kMostWords = 65'536;                     // that lead to chunks
    static constexpr std::size_t kMostSteps = 4'096;                      // objects that are followed
    static constexpr std::size_t kMostObject = 512;                       // bytes of each

    // An object on the way: its type, and where it hangs.
    struct Step {
        runtime::TypeId type = 0;
        std::uint64_t root = 0;
    };

    // `memory`: one that does not touch pages that are not there; `is_heap`: whether an address lies in
    // malloc's heap. Data of the C library is left out: malloc's own lists are there.
    void read(const probe::Maps& maps, const probe::MemoryReader& memory, const Modules& modules,
              const std::function<bool(std::uint64_t)>& is_heap, ChunkTypes& types, runtime::Budget& budget);

    [[nodiscard]] std::span<const StaticWord> words() const { return words_; }
    // The chunk that holds `address`, and who leads to it; null: none that is known.
    [[nodiscard]] const OwnedPiece* piece_at(std::uint64_t address) const;
    [[nodiscard]] const Step& step(std::uint32_t through) const { return steps_[through - 1]; }

  private:
    void own(const StaticWord& word, std::uint32_t through, std::uint64_t offset, std::uint64_t root);
    std::map<std::uint64_t, OwnedPiece> pieces_{};  // by first own byte
    std::vector<StaticWord> words_{};
    std::vector<Step> steps_{};
};

}  // namespace rampwatch::cxx
