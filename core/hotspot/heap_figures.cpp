// SPDX-License-Identifier: MIT
#include "core/hotspot/heap_figures.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "core/hotspot/code_cache.h"
#include "core/hotspot/objects.h"
#include "core/hotspot/words.h"
#include "core/probe/pagemap.h"

namespace rampwatch::hotspot {
namespace {

constexpr int kGenerations = 2, kSpaces = 4;

// Adds what is known; empty when nothing is.
void add(std::optional<std::int64_t>& sum, std::optional<std::int64_t> part) {
    constexpr std::int64_t kMost = std::int64_t{1} << 50;
    if (part && *part <= kMost) sum = sum.value_or(0) + *part;
}

std::optional<std::int64_t> used_of(const PerfCounters& counters, int generation) {
    std::optional<std::int64_t> used;
    for (int space = 0; space < kSpaces; ++space)
        add(used, counters.number(fmt::format("sun.gc.generation.{}.space.{}.used", generation, space)));
    return used;
}

bool collects_by_generation(Collector collector) {
    return collector == Collector::g1 || collector == Collector::serial || collector == Collector::parallel;
}

std::optional<std::int64_t> resident_bytes(const runtime::Target& target, const Objects& objects) {
    if (target.pages == nullptr || objects.heap_end() <= objects.heap_start()) return std::nullopt;
    probe::Resident resident;
    if (!target.pages->add({objects.heap_start(), objects.heap_end() - objects.heap_start()}, resident) ||
        resident.cut)
        return std::nullopt;
    return static_cast<std::int64_t>(resident.pages.pages() * probe::page_bytes());
}

// Why there are no counters, as whoever started the program can change it.
std::string without_counters(const Flags& flags, const Error& error) {
    if (!flags.counters) return "it was started with -XX:-UsePerfData";
    return error.what;
}

}  // namespace

std::vector<runtime::CollectedWord> collected_words(Collector collector, const PerfCounters& counters) {
    if (!collects_by_generation(collector)) return {};
    runtime::CollectedWord old{.left = Series::java_old,
                               .used = Series::java_old_used,
                               .room = Series::java_young,
                               .used_at = counters.address("sun.gc.generation.1.space.0.used"),
                               .room_at = counters.address("sun.gc.generation.0.capacity"),
                               .whole = counters.address("sun.gc.collector.1.invocations"),
                               .parts = counters.address("sun.gc.collector.0.invocations")};
    if (old.used_at == 0 || old.room_at == 0 || old.whole == 0 || old.parts == 0) return {};
    if (collector == Collector::g1) {
        old.marks = counters.address("sun.gc.collector.2.invocations");
        if (old.marks == 0) return {};
    }
    return {old};
}

RuntimeHeap figures_of(const Flags& flags, const PerfCounters& counters) {
    RuntimeHeap figures;
    figures.collector = name_of(flags.collector);
    for (int generation = 0; generation < kGenerations; ++generation) {
        add(figures.used, used_of(counters, generation));
        add(figures.committed, counters.number(fmt::format("sun.gc.generation.{}.capacity", generation)));
    }
    if (collects_by_generation(flags.collector)) figures.old_used = used_of(counters, 1);
    figures.classes = counters.number("sun.gc.metaspace.capacity");
    return figures;
}

RuntimeHeap heap_figures(const runtime::Target& target, const Layout& layout, const HeapLayout& heap) {
    RuntimeHeap figures;
    const auto flags = flags_of(target.memory, heap.flags);
    if (!flags) {
        figures.missing = flags.error().what;
        return figures;
    }
    figures.collector = name_of(flags->collector);
    const auto counters = PerfCounters::read(target.memory, heap.counters);
    if (counters)
        figures = figures_of(*flags, *counters);
    else
        figures.missing = without_counters(*flags, counters.error());
    if (flags->most_heap > 0 && flags->most_heap < std::uint64_t{1} << 50)
        figures.most = static_cast<std::int64_t>(flags->most_heap);
    Objects objects(layout);
    objects.begin(target.memory);
    figures.resident = resident_bytes(target, objects);
    figures.collections = objects.collections().count;
    CodeCache code(layout);
    if (code.begin(target.memory)) figures.code = static_cast<std::int64_t>(code.bytes());
    return figures;
}

std::vector<runtime::CollectedWord> heap_words(const runtime::Target& target, const HeapLayout& heap) {
    const auto flags = flags_of(target.memory, heap.flags);
    if (!flags) return {};
    const auto counters = PerfCounters::read(target.memory, heap.counters);
    return counters ? collected_words(flags->collector, *counters) : std::vector<runtime::CollectedWord>();
}

}  // namespace rampwatch::hotspot
