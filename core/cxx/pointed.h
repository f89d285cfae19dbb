// SPDX-License-Identifier: MIT
// Some objects of each type are kept while a heap is walked, a few words of each, and looked at afterwards:
// where do their pointers lead, and what do most of them point to?
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cxx/chunk_types.h"
#include "core/cxx/modules.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cxx {

class Kept {
  public:
    static constexpr std::size_t kWords = 32;        // of an object
    static constexpr std::size_t kEach = 256;        // objects of a type, at random
    static constexpr std::size_t kObjects = 40'000;  // of all types: 11 MiB

    Kept() = default;
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;
    ~Kept() { wipe(); }

    // An object's own bytes, as many as were read.
    void offer(runtime::TypeId type, std::span<const std::uint64_t> words);

    // What the pointers lead to that are found, at one offset, in half of the objects or more. `is_heap`
    // says whether an address lies in malloc's heap. Chunks that several pointers lead to are left out.
    std::vector<runtime::Edge> edges(runtime::TypeId type, const probe::MemoryReader& memory,
                                     const std::function<bool(std::uint64_t)>& is_heap, ChunkTypes& types,
                                     runtime::Budget& budget) const;

    // The commonest word of a module at one offset, where half of the objects have it: "tls_ops at +8".
    std::string hint(runtime::TypeId type, Modules& modules) const;

    void wipe();

  private:
    struct Object {
        std::array<std::uint64_t, kWords> words{};
        std::uint8_t count = 0;
    };
    struct OfType {
        std::vector<std::uint32_t> objects{};  // indices in objects_
        std::uint64_t offered = 0;
    };
    [[nodiscard]] const OfType* of(runtime::TypeId type) const;

    std::vector<Object> objects_{};
    std::unordered_map<runtime::TypeId, OfType> types_{};
    std::minstd_rand random_{1};
};

}  // namespace rampwatch::cxx
