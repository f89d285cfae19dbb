// SPDX-License-Identifier: MIT
// Drives a runtime's Blocks over chosen blocks of a heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/heap/estimate.h"
#include "core/heap/window.h"
#include "core/runtime/runtime.h"

namespace rampwatch::heap {

// The pages of the mappings that the Blocks want.
struct HeapPages {
    probe::PageSet pages{};
    probe::PageSet blocks{};
    std::uint64_t swapped = 0;  // pages
    bool cut = false;
};
// no_permission where there is no pagemap: then nothing is read at all.
Result<HeapPages> pages_of(const runtime::Target& target, const runtime::Blocks& blocks);

// Called for each block that has a page, in the order of `chosen`: its place there, and its bytes.
using EachBlock = std::function<void(std::size_t index, const runtime::Block& block)>;

struct Visited {
    std::size_t done = 0;     // of the blocks, from the first on: fewer where the budget was spent
    std::uint64_t bytes = 0;  // read
    bool locked = true;       // the window was
};

// `chosen`: as walk() has it. After each window `between` is called; false ends it.
Result<Visited> visit(const runtime::Target& target, unsigned shift, const HeapPages& pages,
                      std::span<const std::uint64_t> chosen, runtime::Budget& budget, const EachBlock& each,
                      const std::function<bool()>& between);

struct Walked {
    std::vector<Cell> cells{};  // key: the runtime's TypeId; sample: index in `blocks`
    std::size_t done = 0;       // of `blocks`, from the first on: fewer where the budget was spent
    std::uint64_t bytes = 0;    // read
    bool locked = true;         // the window was
};

// `chosen`: ascending block numbers of `pages.blocks`, or such as were there before: those that are not there
// any more count as empty. An Error when nothing can be read any more.
Result<Walked> walk(const runtime::Target& target, runtime::Blocks& blocks, const HeapPages& pages,
                    std::span<const std::uint64_t> chosen, runtime::Budget& budget);

}  // namespace rampwatch::heap
