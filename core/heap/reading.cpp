// SPDX-License-Identifier: MIT
#include "core/heap/reading.h"

#include <time.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/base/poller.h"
#include "core/base/units.h"
#include "core/heap/fold.h"
#include "core/heap/holders.h"
#include "core/heap/page_sample.h"
#include "core/heap/walk.h"

namespace rampwatch::heap {

namespace {

using runtime::Budget;
using runtime::Runtime;
using runtime::Target;
using runtime::TypeId;
using runtime::TypeKind;
using AllTotals = std::map<std::uint32_t, Totals>;

// Of the growth's interval, found by simulation: what fills recycled holes comes in runs.
constexpr double kGrowthWidened = 1.3;
constexpr std::size_t kMostAsked = 200;  // types whose edges are looked at, biggest first

std::chrono::nanoseconds cpu_now() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// What it took, told at the end.
class Clock {
  public:
    void stop(HeapTypes& types) const {
        types.took = boot_now() - wall_;
        types.cpu = cpu_now() - cpu_;
    }

  private:
    std::chrono::nanoseconds wall_ = boot_now(), cpu_ = cpu_now();
};

Budget budget_of(const Settings& settings) {
    // the edges are read beside the sample
    return runtime::budget_of(settings.sample_bytes * 2 + (std::uint64_t{16} << 20), settings.cpu,
                              settings.wall);
}

std::int64_t signed_bytes(std::uint64_t pages) {
    return static_cast<std::int64_t>(pages * probe::page_bytes());
}

void note_limits(HeapTypes& types, const HeapPages& pages, const runtime::Blocks& blocks) {
    if (pages.swapped > 0)
        types.notes.push_back(fmt::format("{} of it are swapped out, and were not looked at.",
                                          format_size(static_cast<double>(signed_bytes(pages.swapped)))));
    if (pages.cut) types.notes.push_back("It has more address space than is looked at.");
    if (std::string doubt = blocks.doubt(); !doubt.empty()) types.notes.push_back(std::move(doubt));
    for (std::string& note : blocks.notes()) types.notes.push_back(std::move(note));
}

// Names by number: those that the runtime knows now, and those that only a snapshot has.
class Names {
  public:
    explicit Names(Runtime& runtime) : runtime_(runtime) {}

    void note(std::span<const Cell> cells) {
        for (const Cell& cell : cells) {
            if (!noted_.insert(cell.key).second) continue;
            const runtime::TypeName name = runtime_.name_of_type(cell.key);
            ids_.emplace(std::pair(name.kind, name.name), cell.key);
        }
    }
    TypeId id_of(const runtime::TypeName& name) {
        const auto next = static_cast<TypeId>(kFirstOld + old_.size());
        const auto [place, is_new] = ids_.try_emplace(std::pair(name.kind, name.name), next);
        if (is_new) old_.push_back(name);
        return place->second;
    }
    [[nodiscard]] static bool known(TypeId type) { return type < kFirstOld; }
    [[nodiscard]] runtime::TypeName name(TypeId type) const {
        return known(type) ? runtime_.name_of_type(type) : old_[type - kFirstOld];
    }

  private:
    static constexpr TypeId kFirstOld = 0x80000000;
    Runtime& runtime_;
    std::map<std::pair<TypeKind, std::string>, TypeId> ids_{};
    std::set<TypeId> noted_{};
    std::vector<runtime::TypeName> old_{};
};

// Rows of `totals` with names and edges; the biggest are asked for theirs.
std::vector<Row> rows_of(Runtime& runtime, const Names& names, const AllTotals& totals, Budget& budget) {
    std::vector<Row> rows;
    const bool dead = runtime.blocks()->maybe_dead();
    for (const auto& [type, total] : totals) rows.push_back({type, names.name(type), total, {}, dead, {}});
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.totals.bytes.value > b.totals.bytes.value; });
    const double most = rows.empty() ? 0 : rows.front().totals.bytes.value;
    for (std::size_t i = 0; i < std::min(rows.size(), kMostAsked); ++i) {
        Row& row = rows[i];
        if (row.totals.bytes.value < most / 10'000 || budget.over()) break;
        const bool asked = row.name.kind == TypeKind::type || row.name.kind == TypeKind::chunk;
        if (asked && Names::known(row.type)) row.edges = runtime.blocks()->edges(row.type, budget);
    }
    return rows;
}

// Symbols are looked up for few.
void add_hints(Runtime& runtime, const std::map<std::string, TypeId>& ids, HeapTypes& types) {
    constexpr std::size_t kMost = 8;
    for (std::size_t i = 0; i < std::min(types.types.size(), kMost); ++i) {
        HeapType& type = types.types[i];
        const auto id = ids.find(type.name);
        if (type.kind == HeapKind::chunk && id != ids.end()) type.hint = runtime.blocks()->hint(id->second);
    }
}

// The rows as they were before they were folded, for whoever asks more of them.
std::vector<Row> fill(HeapTypes& types, Runtime& runtime, const Names& names, const AllTotals& totals,
                      Budget& budget) {
    std::vector<Row> rows = rows_of(runtime, names, totals, budget);
    std::map<std::string, TypeId> chunks;
    if (types.since) types.new_bytes = 0;
    for (const Row& row : rows) {
        if (row.name.kind == TypeKind::free) types.free_bytes = row.totals.bytes;
        if (row.name.kind == TypeKind::chunk && Names::known(row.type))
            chunks.emplace(row.name.name, row.type);
        if (types.since && row.name.kind != TypeKind::free && row.totals.bytes.value > 0)
            *types.new_bytes += row.totals.bytes.value;
    }
    types.types = fold(rows);
    add_hints(runtime, chunks, types);
    std::erase_if(rows, [](const Row& row) { return !Names::known(row.type); });
    return rows;
}

std::size_t samples_for(const Settings& settings, unsigned shift) {
    return static_cast<std::size_t>(
        std::max<std::uint64_t>(1, settings.sample_bytes / (probe::page_bytes() << shift)));
}

// Twice where a collector ran meanwhile.
Result<Walked> walk_still(Runtime& runtime, const Target& target, const HeapPages& pages,
                          std::span<const std::uint64_t> chosen, Budget& budget) {
    runtime::Blocks& blocks = *runtime.blocks();
    const std::uint64_t mark = blocks.mark();
    auto walked = walk(target, blocks, pages, chosen, budget);
    if (!walked || !blocks.moved_since(mark) || budget.over()) return walked;
    return walk(target, blocks, pages, chosen, budget);
}

Result<HeapPages> pages_for(Runtime& runtime, const Target& target) {
    if (runtime.blocks() == nullptr)
        return Error{Error::Kind::not_found, "its heap is not read by sample", "", ""};
    return pages_of(target, *runtime.blocks());
}

// Only what was walked is stood for: the part of the heap behind it is left out.
std::uint64_t covered(const Walked& walked, std::size_t chosen, std::uint64_t blocks, HeapTypes& types) {
    if (walked.done == chosen) return blocks;
    types.notes.push_back(
        fmt::format("The budget was spent before {} of {} blocks were read: what lies behind "
                    "them is left out.",
                    chosen - walked.done, chosen));
    return walked.done == 0 ? 0 : stratum(walked.done - 1, chosen, blocks).to;
}

std::vector<runtime::TypeName> names_for(Runtime& runtime, std::vector<Cell>& cells) {
    std::map<TypeId, std::uint32_t> keys;
    std::vector<runtime::TypeName> names;
    for (Cell& cell : cells) {
        const auto [place, is_new] = keys.try_emplace(cell.key, static_cast<std::uint32_t>(names.size()));
        if (is_new) names.push_back(runtime.name_of_type(cell.key));
        cell.key = place->second;
    }
    return names;
}

// With the numbers that the runtime has for the same names now, of the first `samples`.
std::vector<Cell> cells_before(const Snapshot& before, Names& names, std::size_t samples) {
    std::vector<Cell> cells;
    for (Cell cell : before.cells) {
        if (cell.sample >= samples || cell.key >= before.types.size()) continue;
        cell.key = names.id_of(before.types[cell.key]);
        cells.push_back(cell);
    }
    return cells;
}

void widen(AllTotals& totals) {
    for (auto& [type, total] : totals) {
        total.count.half *= kGrowthWidened;
        total.bytes.half *= kGrowthWidened;
    }
}

void describe(HeapTypes& types, const Runtime& runtime, const HeapPages& pages) {
    types.reader = runtime.name();
    types.wall = wall_now();
    types.resident_bytes = signed_bytes(pages.pages.pages());
    types.swapped_bytes = signed_bytes(pages.swapped);
}

}  // namespace

Result<Reading> read_now(Runtime& runtime, const Target& target, const Settings& settings) {
    const Clock clock;
    Budget budget = budget_of(settings);
    const auto pages = pages_for(runtime, target);
    if (!pages) return pages.error();
    const unsigned shift = runtime.blocks()->block_shift();
    Reading reading;
    Snapshot& snapshot = reading.snapshot;
    HeapTypes& types = reading.types;
    snapshot.sampled = sample_of(pages->blocks, samples_for(settings, shift), settings.seed);
    auto walked = walk_still(runtime, target, *pages, snapshot.sampled, budget);
    if (!walked) return walked.error();
    describe(types, runtime, *pages);
    types.sampled_bytes = static_cast<std::int64_t>(walked->bytes);
    note_limits(types, *pages, *runtime.blocks());
    const std::uint64_t blocks = covered(*walked, snapshot.sampled.size(), pages->blocks.pages(), types);
    Names names(runtime);
    if (walked->done > 0) {
        const auto rows = fill(types, runtime, names, estimate(walked->cells, walked->done, blocks), budget);
        const SampledBlocks read{std::span(snapshot.sampled).first(walked->done), blocks};
        if (settings.holders) add_holders(runtime, target, *pages, {&read, 1}, rows, types);
    }
    snapshot.covered = blocks;
    snapshot.reader = runtime.name();
    snapshot.wall = types.wall;
    snapshot.block_shift = shift;
    snapshot.resident_pages = pages->pages.pages();
    snapshot.swapped_pages = pages->swapped;
    snapshot.blocks = pages->blocks;
    snapshot.sampled.resize(walked->done);
    snapshot.cells = std::move(walked->cells);
    snapshot.types = names_for(runtime, snapshot.cells);
    clock.stop(types);
    return reading;
}

Result<HeapTypes> read_growth(Runtime& runtime, const Target& target, const Snapshot& before,
                              const Settings& settings) {
    const Clock clock;
    Budget budget = budget_of(settings);
    const auto pages = pages_for(runtime, target);
    if (!pages) return pages.error();
    const unsigned shift = runtime.blocks()->block_shift();
    if (before.reader != runtime.name() || before.block_shift != shift)
        return Error{Error::Kind::bad_input, "the baseline is of another kind of heap", "", ""};
    const probe::PageSet fresh = minus(pages->blocks, before.blocks);
    const std::vector<std::uint64_t> chosen =
        sample_of(fresh, samples_for(settings, shift), settings.seed + 1);
    const auto again = walk_still(runtime, target, *pages, before.sampled, budget);
    if (!again) return again.error();
    const auto added = walk(target, *runtime.blocks(), *pages, chosen, budget);
    if (!added) return added.error();

    HeapTypes types;
    describe(types, runtime, *pages);
    types.since = before.wall;
    types.before_resident_bytes = signed_bytes(before.resident_pages);
    types.sampled_bytes = static_cast<std::int64_t>(again->bytes + added->bytes);
    note_limits(types, *pages, *runtime.blocks());
    const std::uint64_t old_blocks = covered(*again, before.sampled.size(), before.covered, types);
    const std::uint64_t new_blocks = covered(*added, chosen.size(), fresh.pages(), types);
    Names names(runtime);
    names.note(again->cells);
    names.note(added->cells);
    AllTotals totals;
    if (again->done > 0) {
        std::vector<Cell> then = cells_before(before, names, again->done);
        totals = estimate(difference(again->cells, std::move(then)), again->done, old_blocks);
    }
    if (added->done > 0) add(totals, estimate(added->cells, added->done, new_blocks));
    widen(totals);
    const auto rows = fill(types, runtime, names, totals, budget);
    const SampledBlocks read[] = {{std::span(before.sampled).first(again->done), old_blocks},
                                  {std::span(chosen).first(added->done), new_blocks}};
    if (settings.holders) add_holders(runtime, target, *pages, read, rows, types);
    clock.stop(types);
    return types;
}

}  // namespace rampwatch::heap
