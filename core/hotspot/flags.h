// SPDX-License-Identifier: MIT
// How a HotSpot was started, by its own table of flags.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/hotspot/heap_layout.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::hotspot {

enum class Collector : std::uint8_t { g1, serial, parallel, shenandoah, z, other };

// "G1"; "its collector" of one that is not known.
std::string_view name_of(Collector collector);

struct Flags {
    Collector collector = Collector::other;
    bool short_classes = true;                      // an object's class is a word of 32 bits
    bool short_references = true;                   // as are references
    bool compact_headers = false;                   // the class is in an object's first word
    bool counters = true, counters_in_file = true;  // PerfData
    std::uint64_t alignment = 8;                    // of objects
    std::uint64_t most_heap = 0;                    // bytes; 0: not known
};

// About 1,500 names, in two reads. bad_input: a table that makes no sense.
Result<Flags> flags_of(const probe::MemoryReader& memory, const FlagLayout& layout);

}  // namespace rampwatch::hotspot
