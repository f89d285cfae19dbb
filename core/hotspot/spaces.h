// SPDX-License-Identifier: MIT
// The parts of a Java heap whose objects are told: the old generation, and arrays too large for a region.
// Young objects are left out, since the next collection decides which of them stay.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/hotspot/flags.h"
#include "core/hotspot/heap_layout.h"
#include "core/hotspot/objects.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

struct Space {
    std::uint64_t start = 0, top = 0;  // objects lie in [start, top)
    bool one_object = false;           // of one object, which begins at `object`
    std::uint64_t object = 0;
};

struct Spaces {
    std::vector<Space> old{};         // ascending, none overlaps another
    std::uint64_t low = 0, high = 0;  // of the whole heap
    std::uint64_t z_mask = 0;         // ZGC: of the bits of an address that are its place in the heap
    bool z_shifts = false;            // its references are shifted, from 21 on
    std::uint64_t young_bytes = 0;    // beside the old ones
    bool maybe_dead = false;          // young and old, dead and live are not told apart

    // The first space that ends behind `address`; null: there is none.
    [[nodiscard]] const Space* from(std::uint64_t address) const;
};

// Errors: unavailable (a collector whose heap is not read, by its name), bad_input (the check that failed).
Result<Spaces> spaces_of(const runtime::Target& target, const Layout& layout, const HeapLayout& heap,
                         const Objects& objects, Collector collector);

inline constexpr std::size_t kMostRegions = 1 << 18;

}  // namespace rampwatch::hotspot
