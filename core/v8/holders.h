// SPDX-License-Identifier: MIT
// Who holds the objects of a type: pages that were read are looked through once more for pointers to those
// that were met. What an array, Map or Set holds is held by it; it is told by the variable that it is kept
// in, where a function that closures share has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/runtime/holder_votes.h"
#include "core/runtime/met_objects.h"
#include "core/runtime/runtime.h"
#include "core/v8/kinds.h"

namespace rampwatch::v8 {

// An object on a page that is read, from its map on; `words` end with the page.
struct PlacedObject {
    std::uint64_t address = 0;  // tagged
    Kind kind{};
    runtime::TypeId type = 0;
    std::span<const std::uint64_t> words{};
};

class HeldObjects {
  public:
    HeldObjects(Objects& objects, Functions& functions, const Kinds& kinds, const HeapLayout& heap)
        : objects_(objects), functions_(functions), kinds_(kinds), heap_(heap) {}

    void begin();

    // While pages are read first: what may be asked for, and which array or table is whose.
    void meet(const PlacedObject& object);

    // False: too few of them were met.
    bool seek(std::span<const runtime::Sought> sought);
    // While they are read again: each object, or a part of a large one of which only this is known.
    void look(const PlacedObject& object, double stands_for);
    // `large`: its address; 0: it is not known.
    void look_inside(std::uint64_t large, std::span<const std::uint64_t> words, double stands_for);

    [[nodiscard]] std::optional<runtime::Held> held_by(runtime::TypeId type);

    static constexpr std::size_t kMostCollections = 1 << 16;
    static constexpr std::int32_t kLeastLength = 20;  // of an array that may be one of the holders

  private:
    struct Asked {
        runtime::TypeId type = 0;
        std::size_t objects = 0;
        runtime::HolderVotes votes{};
    };
    struct Kept {  // where a collection is
        std::uint64_t context = 0;
        std::size_t slot = 0;
    };
    void vote(std::uint64_t holder, std::span<const std::uint64_t> words, double stands_for);
    std::string name_of(std::uint64_t holder);
    std::string variable(const Kept& kept);

    Objects& objects_;
    Functions& functions_;
    const Kinds& kinds_;
    const HeapLayout& heap_;
    runtime::MetObjects met_{};
    std::unordered_map<std::uint64_t, std::uint64_t> owners_{};  // of storage: the array, Map or Set
    std::unordered_map<std::uint64_t, Kept> kept_{};             // by collection
    runtime::AddressTable table_{};                              // of objects: which of `asked_`
    runtime::AddressTable collections_{};
    std::vector<Asked> asked_{};
};

}  // namespace rampwatch::v8
