// SPDX-License-Identifier: MIT
#include "core/heap/walk.h"

#include <algorithm>
#include <unordered_map>

#include "core/heap/page_sample.h"

namespace rampwatch::heap {

namespace {

constexpr std::size_t kMostCells = std::size_t{1} << 20;  // 16 MiB

// Rows of one block after the other, added up by block and type.
class CellSink : public runtime::Sink {
  public:
    void begin(std::size_t sample) {
        sample_ = static_cast<std::uint32_t>(sample);
        places_.clear();
    }
    void add(const runtime::Task&) override {}
    void add(const runtime::TypeRow& row) override {
        const auto [place, is_new] = places_.try_emplace(row.type, cells_.size());
        if (is_new && cells_.size() >= kMostCells) {
            places_.erase(place);
            return;
        }
        if (is_new) cells_.push_back({row.type, sample_, 0, 0});
        Cell& cell = cells_[place->second];
        cell.count += static_cast<float>(row.count);
        cell.bytes += static_cast<float>(row.bytes);
    }
    [[nodiscard]] bool full() const { return cells_.size() >= kMostCells; }
    std::vector<Cell> take() { return std::move(cells_); }

  private:
    std::uint32_t sample_ = 0;
    std::vector<Cell> cells_{};
    std::unordered_map<runtime::TypeId, std::size_t> places_{};
};

// The mapping of the first page of a block that exists; null when none does.
const probe::Mapping* mapping_of(const runtime::Target& target, const probe::PageSet& pages,
                                 std::uint64_t block, unsigned shift) {
    const std::uint64_t first = block << shift;
    const std::size_t index = pages.run_at(first);
    if (index >= pages.runs()) return nullptr;
    const std::uint64_t page = std::max(first, pages.run(index).first);
    if (page >= (block + 1) << shift) return nullptr;
    return probe::find(target.maps, page * probe::page_bytes());
}

}  // namespace

Result<HeapPages> pages_of(const runtime::Target& target, const runtime::Blocks& blocks) {
    if (target.pages == nullptr)
        return Error{Error::Kind::no_permission, "its page map cannot be read", "",
                     "run as the same user, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"};
    probe::Resident resident;
    for (const probe::Mapping& mapping : target.maps.mappings) {
        if (!mapping.readable || !blocks.wants(mapping)) continue;
        const auto added = target.pages->add({mapping.start, mapping.end - mapping.start}, resident);
        if (!added) return added.error();
    }
    HeapPages pages;
    pages.pages = std::move(resident.pages);
    pages.blocks = blocks_of(pages.pages, blocks.block_shift());
    pages.swapped = resident.swapped;
    pages.cut = resident.cut;
    return pages;
}

Result<Visited> visit(const runtime::Target& target, unsigned shift, const HeapPages& pages,
                      std::span<const std::uint64_t> chosen, runtime::Budget& budget, const EachBlock& each,
                      const std::function<bool()>& between) {
    auto window = Window::make();
    if (!window) return window.error();
    Visited visited;
    visited.locked = window->locked();
    bool more = true;
    while (more && visited.done < chosen.size() && !budget.over()) {
        const std::size_t count = std::min(Window::capacity(shift), chosen.size() - visited.done);
        const auto part = chosen.subspan(visited.done, count);
        const auto read = window->read(target.memory, pages.pages, shift, part);
        if (!read) return read.error();
        visited.bytes += *read;
        budget.bytes -= std::min(budget.bytes, *read);
        for (std::size_t i = 0; i < count; ++i) {
            const probe::Mapping* mapping = mapping_of(target, pages.pages, part[i], shift);
            if (mapping == nullptr) continue;
            each(visited.done + i,
                 {(part[i] << shift) * probe::page_bytes(), window->block(i), window->ahead(i), mapping});
        }
        more = between();
        visited.done += count;
    }
    return visited;
}

Result<Walked> walk(const runtime::Target& target, runtime::Blocks& blocks, const HeapPages& pages,
                    std::span<const std::uint64_t> chosen, runtime::Budget& budget) {
    CellSink sink;
    const auto visited = visit(
        target, blocks.block_shift(), pages, chosen, budget,
        [&](std::size_t index, const runtime::Block& block) {
            sink.begin(index);
            blocks.read(block, sink);
        },
        [&] {
            blocks.end_window(sink, budget);
            return !sink.full();
        });
    if (!visited) return visited.error();
    return Walked{sink.take(), visited->done, visited->bytes, visited->locked};
}

}  // namespace rampwatch::heap
