// SPDX-License-Identifier: MIT
// Who made an object, by name, as its map leads there.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "core/v8/functions.h"
#include "core/v8/heap_layout.h"
#include "core/v8/objects.h"

namespace rampwatch::v8 {

class Constructors {
  public:
    Constructors(Objects& objects, Functions& functions, const HeapLayout& heap)
        : objects_(objects), functions_(functions), heap_(heap) {}

    // Maps may have died since.
    void begin() { names_.clear(); }

    // Of the objects of that map; "Object" where nobody is known by name.
    std::string of_map(std::uint64_t map);

    // Of whose methods a function is that was called on `receiver`: its class, or, of a static one, itself.
    // Empty where it has none, or it is an object of no class.
    std::string class_of(std::uint64_t receiver);

    static constexpr std::size_t kMostNames = 100'000;

  private:
    std::string read(std::uint64_t map);

    Objects& objects_;
    Functions& functions_;
    const HeapLayout& heap_;
    std::unordered_map<std::uint64_t, std::string> names_{};  // by map
};

}  // namespace rampwatch::v8
