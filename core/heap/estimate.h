// SPDX-License-Identifier: MIT
// From sampled blocks to the whole heap. Pure.
//
// Blocks in order of address are cut into as many strata as are sampled, and one block is taken from each at
// random. Objects of one age lie together, so that neighbours are alike, and such a sample is far closer than
// a plain one. Its variance is estimated from successive differences (Wolter 2007, section 8.2, v2), which
// errs to the safe side where the heap has a trend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "core/model/heap_types.h"

namespace rampwatch::heap {

// What one sampled block holds of one key. Several cells of one block and key add up.
struct Cell {
    std::uint32_t key = 0;
    std::uint32_t sample = 0;  // index of the sampled block, in order of address
    float count = 0;           // negative in a difference
    float bytes = 0;

    friend bool operator==(const Cell&, const Cell&) = default;
};

struct Totals {
    HeapFigure count{};
    HeapFigure bytes{};
    std::uint32_t samples = 0;  // in which it was found

    friend bool operator==(const Totals&, const Totals&) = default;
};

// Blocks that sample `index` of `samples` stands for, of `blocks` in all: [from, to).
struct Stratum {
    std::uint64_t from = 0, to = 0;
};
Stratum stratum(std::size_t index, std::size_t samples, std::uint64_t blocks);

// Totals by key over `blocks` blocks, of which `samples` were read. `cells` in any order. Where all blocks
// were read the halves are 0. O(cells log cells).
std::map<std::uint32_t, Totals> estimate(std::vector<Cell> cells, std::size_t samples, std::uint64_t blocks);

// `now` less `before`: the same samples, read twice. Cells that cancel are left out.
std::vector<Cell> difference(std::vector<Cell> now, std::vector<Cell> before);

// Sums of disjoint parts of the heap: totals add, variances add.
void add(std::map<std::uint32_t, Totals>& sum, const std::map<std::uint32_t, Totals>& part);

}  // namespace rampwatch::heap
