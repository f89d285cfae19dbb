// SPDX-License-Identifier: MIT
// Where a HotSpot keeps what is read of its heap, by its own tables; named after its own fields. A build that
// leaves one out is still read for its threads.
#pragma once

#include <cstdint>
#include <string>

#include "core/hotspot/vm_table.h"

namespace rampwatch::hotspot {

struct FlagLayout {
    std::uint64_t first = 0, count = 0;  // addresses of statics
    std::uint64_t size = 0, name = 0, value = 0;
};

struct ClassLayout {
    std::uint64_t loader = 0, next = 0, child = 0, sibling = 0;  // of a class
    std::uint64_t loader_classes = 0;                            // of what a loader has loaded
    std::uint64_t mirror_bytes = 0;  // address of the offset at which a java.lang.Class has its size,
    std::uint64_t static_count = 0;  // and how many static fields are references
    std::uint64_t mirror = 0;        // of a class: where it says which java.lang.Class is its own
};

struct G1Layout {
    std::uint64_t regions = 0, base = 0, length = 0;  // the table of regions, from the heap on
    std::uint64_t bottom = 0, top = 0, end = 0, tag = 0;
    std::int64_t young = 0, huge = 0, huge_start = 0, old = 0;  // bits and values of the tag
};

// A heap of two generations, each of whole spaces.
struct SpacesLayout {
    std::uint64_t young = 0, old = 0;  // of the heap; of Parallel addresses of statics
    std::uint64_t eden = 0, from = 0, to = 0, old_space = 0, bottom = 0, top = 0;
};

struct ShenandoahLayout {
    std::uint64_t regions = 0, count = 0, bottom = 0, top = 0, end = 0, state = 0;
};

struct ZLayout {
    std::uint64_t globals = 0, offset_mask = 0;  // a static, and a field of what it leads to
    bool shifts = false;                         // from 21 on: references are shifted
    std::uint64_t pages = 0;                     // from the heap on, where the map of pages is
    std::uint64_t start = 0, top = 0, type = 0;  // of a page
};

struct CounterLayout {
    std::uint64_t start = 0, top = 0;  // addresses of statics
};

struct HeapLayout {
    FlagLayout flags{};
    CounterLayout counters{};
    ClassLayout classes{};
    G1Layout g1{};
    SpacesLayout serial{}, parallel{};
    ShenandoahLayout shenandoah{};
    ZLayout z{};
    // The first field that is not there, of all heaps, and of each kind: then these are not read.
    std::string missing{}, missing_g1{}, missing_serial{}, missing_parallel{}, missing_shenandoah{},
        missing_z{}, missing_counters{};
};

HeapLayout heap_layout_of(const VmTable& table);

}  // namespace rampwatch::hotspot
