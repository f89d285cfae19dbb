// SPDX-License-Identifier: MIT
// Who holds the objects of a class, from the top: static fields, what these lead to in a few steps, and large
// arrays on that way, of whose elements some are followed. A collection that leads to about as many objects
// of the class as there are, is what keeps them. What only threads or local variables hold is not found, nor
// what hangs in a chain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/hotspot/heap_blocks.h"
#include "core/hotspot/methods.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

struct Owner {
    std::string name{};        // "com.acme.SessionStore.sessions (java.util.HashMap)"; hostile
    std::int64_t objects = 0;  // of the class, that were met on its ways
    double share = 0;          // of all there are, as estimated
};

class Owners {
  public:
    Owners(const Layout& layout, const HeapLayout& heap, const HeapBlocks& blocks)
        : layout_(layout), heap_(heap), blocks_(blocks) {}

    // The only one that holds `count` objects of the class, give or take a third. Empty: none, several, or a
    // collector ran meanwhile.
    std::optional<Owner> of(runtime::TypeId type, double count, runtime::Budget& budget);

    static constexpr std::size_t kMostSteps = 40'000;  // objects on the ways from static fields
    static constexpr std::size_t kMostStatics = 4096;  // of one class
    static constexpr std::size_t kSampled = 256;       // elements of an array
    static constexpr std::size_t kFollowed = 16;       // objects behind one of them
    static constexpr unsigned kMostDepth = 5;
    static constexpr std::int64_t kLeastMet = 20;

  private:
    struct Step {
        std::uint64_t object = 0;
        std::size_t from = 0;      // step that leads to it; itself: it is the first
        std::uint64_t klass = 0;   // of which a field leads to it, and
        std::uint64_t offset = 0;  // where that lies
        unsigned depth = 0;
    };

    void add_statics(const probe::MemoryReader& memory, std::uint64_t klass);
    void add(std::uint64_t object, std::size_t from, std::uint64_t klass, std::uint64_t offset,
             unsigned depth);
    void follow(std::size_t step, const LoadedClass& loaded, std::uint64_t size);
    [[nodiscard]] std::vector<std::uint64_t> references(std::uint64_t object, std::uint64_t from,
                                                        std::uint64_t size) const;
    [[nodiscard]] std::optional<Owner> in_array(const Step& array, runtime::TypeId type, double count,
                                                runtime::Budget& budget) const;
    [[nodiscard]] std::int64_t met_behind(std::uint64_t object, runtime::TypeId type) const;
    [[nodiscard]] std::string path_of(std::size_t array) const;
    [[nodiscard]] std::string field_at(std::uint64_t klass, std::uint64_t offset, bool is_static) const;

    const Layout& layout_;
    const HeapLayout& heap_;
    const HeapBlocks& blocks_;
    std::vector<Step> steps_{};
    std::unordered_set<std::uint64_t> seen_{};
};

}  // namespace rampwatch::hotspot
