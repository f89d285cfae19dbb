// SPDX-License-Identifier: MIT
#include "core/heap/holders.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace rampwatch::heap {

namespace {

using runtime::Sought;

constexpr std::uint64_t kBeside = std::uint64_t{64} << 20;  // bytes: of static data, and of what is followed
constexpr std::chrono::seconds kMostCpu{3}, kMostWall{6};

// The types that are shown first, by their number, each with its place in `types`.
std::vector<std::pair<std::size_t, Sought>> sought_of(std::span<const Row> rows, const HeapTypes& types) {
    double whole = 0;
    for (const HeapType& type : types.types) whole += type.bytes.value;
    std::vector<std::pair<std::size_t, Sought>> sought;
    for (std::size_t i = 0; i < std::min(types.types.size(), kMostSought); ++i) {
        const HeapType& type = types.types[i];
        if (type.bytes.value < kLeastSought * whole) break;
        const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& one) {
            return kind_of(one.name.kind) == type.kind && one.name.name == type.name;
        });
        if (row == rows.end()) continue;
        Sought one{row->type, {}};
        for (const Row& other : rows) {
            if (is_node_of(other, row->type)) one.nodes.push_back(other.type);
        }
        sought.emplace_back(i, std::move(one));
    }
    return sought;
}

}  // namespace

void add_holders(runtime::Runtime& runtime, const runtime::Target& target, const HeapPages& pages,
                 std::span<const SampledBlocks> sampled, std::span<const Row> rows, HeapTypes& types) {
    runtime::Holders* holders = runtime.blocks()->holders();
    const auto asked = sought_of(rows, types);
    if (holders == nullptr || asked.empty()) return;
    const unsigned shift = runtime.blocks()->block_shift();
    std::uint64_t bytes = kBeside;
    for (const SampledBlocks& part : sampled) bytes += part.blocks.size() * (probe::page_bytes() << shift);
    runtime::Budget budget = runtime::budget_of(bytes, kMostCpu, kMostWall);
    std::vector<Sought> sought;
    for (const auto& [place, one] : asked) sought.push_back(one);
    if (!holders->seek(sought, budget)) return;
    for (const SampledBlocks& part : sampled) {
        if (part.blocks.empty()) continue;
        const double stands_for =
            std::max(1.0, static_cast<double>(part.stand_for) / static_cast<double>(part.blocks.size()));
        const auto done = visit(
            target, shift, pages, part.blocks, budget,
            [&](std::size_t, const runtime::Block& block) { holders->search(block, stands_for); },
            [] { return true; });
        // of half a search nothing is said: who holds the rest?
        if (!done || done->done < part.blocks.size()) return;
    }
    for (const auto& [place, one] : asked) {
        if (auto held = holders->held_by(one.type, budget))
            types.types[place].held_by = HeapHolder{std::move(held->by), held->pointers, held->share};
    }
}

}  // namespace rampwatch::heap
