// SPDX-License-Identifier: MIT
#include "core/report/runtime_heap_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/go_text.h"
#include "core/report/memory_shares.h"

namespace rampwatch::report {
namespace {

struct Part {
    std::string_view words{};
    std::string_view meaning{};  // of growth that is mostly this
};
constexpr std::array<Part, 5> kParts = {{
    {"heap in use",
     "objects that no collection took grow: a leak, a cache without bound, or old garbage that is not "
     "collected yet"},
    {"heap new or free",
     "what grows is heap for new objects, or free: it takes as much as it is allowed, see -Xmx"},
    {"classes", "what is known of classes grows: class loaders that are not let go, or classes made anew"},
    {"compiled code", "compiled code grows, which has a bound of its own: -XX:ReservedCodeCacheSize"},
    {"the rest (direct buffers, threads, native code)",
     "what grows lies outside the heap: direct buffers, stacks of threads, native code, or the machine's own "
     "tables"},
}};

std::string size(std::int64_t bytes) { return format_size(static_cast<double>(bytes)); }

// Figures are read at other moments than RSS, and some of what is committed was never touched: what would
// come out below 0 is 0.
std::vector<MemoryShare> shares_of(const RuntimeHeap& heap, std::int64_t rss_bytes) {
    const std::int64_t resident = heap.resident.value_or(0);
    const std::int64_t used = std::min(heap.used.value_or(0), resident);
    const std::array<std::int64_t, kParts.size() - 1> known = {
        used, resident - used, heap.classes.value_or(0), heap.code.value_or(0)};
    std::vector<MemoryShare> shares;
    std::int64_t rest = rss_bytes;
    for (std::size_t i = 0; i < known.size(); ++i) {
        shares.push_back({kParts[i].words, known[i]});
        rest -= known[i];
    }
    shares.push_back({kParts.back().words, std::max<std::int64_t>(rest, 0)});
    return shares;
}

bool divides(const std::optional<RuntimeHeap>& heap) { return heap && heap->used && heap->resident; }

}  // namespace

std::string runtime_heap_text(const LanguageRuntime& runtime) {
    if (!runtime.heap) return {};
    const RuntimeHeap& heap = *runtime.heap;
    std::vector<std::string> parts;
    if (heap.used) parts.push_back(size(*heap.used) + " in use");
    if (heap.used && heap.old_used) parts.push_back(size(*heap.old_used) + " of it old");
    if (heap.committed) parts.push_back(size(*heap.committed) + " committed");
    if (heap.most) parts.push_back("at most " + size(*heap.most));
    std::string text = heap.collector.empty() ? "heap" : "heap of " + escape(heap.collector, 32);
    if (!parts.empty()) text += fmt::format(": {}", fmt::join(parts, ", "));
    if (heap.collections)
        text += fmt::format("; {} {}", format_count(*heap.collections),
                            *heap.collections == 1 ? "collection" : "collections");
    if (!heap.missing.empty())
        text += "; how much of it is in use is not known: " + escape(heap.missing, 128);
    return text;
}

std::vector<std::string> runtime_memory_parts(const LanguageRuntime& runtime, std::int64_t rss_bytes) {
    return divides(runtime.heap) ? share_texts(shares_of(*runtime.heap, rss_bytes))
                                 : std::vector<std::string>();
}

std::vector<std::string> runtime_heap_lines(const Dump& dump, const LanguageRuntime& runtime) {
    std::vector<std::string> lines;
    if (!runtime.heap) return lines;
    lines.push_back(runtime_heap_text(runtime));
    if (!divides(runtime.heap) || !dump.rss_bytes) return lines;
    const auto now = shares_of(*runtime.heap, *dump.rss_bytes);
    lines.push_back(division_line(*dump.rss_bytes, now));
    if (!divides(runtime.heap_before) || !dump.baseline_rss_bytes) return lines;
    const auto then = shares_of(*runtime.heap_before, *dump.baseline_rss_bytes);
    const std::int64_t grown = *dump.rss_bytes - *dump.baseline_rss_bytes;
    if (grown < kLeastDivided) return lines;
    lines.push_back(division_growth(grown, now, then));
    const std::size_t most = most_grown_share(now, then);
    if (now[most].bytes - then[most].bytes >= grown / 2) lines.emplace_back(kParts[most].meaning);
    return lines;
}

std::vector<std::string> heap_figure_lines(const Dump& dump) {
    std::vector<std::string> lines = go_memory_lines(dump);
    for (const LanguageRuntime& runtime : dump.runtimes)
        for (std::string& line : runtime_heap_lines(dump, runtime)) lines.push_back(std::move(line));
    return lines;
}

}  // namespace rampwatch::report
