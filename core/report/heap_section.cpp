// SPDX-License-Identifier: MIT
#include "core/report/heap_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/units.h"
#include "core/report/heap_text.h"

namespace rampwatch::report {
namespace {

constexpr double kWorthAWord = 1 << 20;  // of growth

double grown(const HeapTypes& heap) {
    return static_cast<double>(heap.resident_bytes - heap.before_resident_bytes.value_or(0));
}

// Another language's heap lies beside malloc's, and that is not where the memory went.
bool is_beside(const Dump& dump) {
    const HeapTypes& heap = *dump.heap;
    if (heap.unread.empty()) return false;
    if (!heap.since) return dump.rss_bytes && 2 * heap.resident_bytes < *dump.rss_bytes;
    const double all = dump.rss_bytes && dump.baseline_rss_bytes
                           ? static_cast<double>(*dump.rss_bytes - *dump.baseline_rss_bytes)
                           : 0;
    return heap.new_bytes.value_or(0) < std::max(kWorthAWord, all / 2);
}

std::string head_line(const HeapTypes& heap) {
    if (!heap.since)
        return fmt::format("heap by type, {} in RAM (no earlier reading to compare with):\n",
                           format_size(static_cast<double>(heap.resident_bytes)));
    const double change = grown(heap);
    return fmt::format("what grew since {} ({}): {} new, the heap {}{}\n", format_day_minute(*heap.since),
                       format_duration(heap.wall - *heap.since), format_size(heap.new_bytes.value_or(0)),
                       change < 0 ? "-" : "+", format_size(std::abs(change)));
}

// What the heap grew by beyond what has a type, where that is most of it: buffers of a size that nobody
// counts. A Java heap grows by room for new objects too, which is no type.
double untold(const HeapTypes& heap) {
    if (!heap.since || is_mostly_free(heap) || heap.reader == "Java") return 0;
    const double rest = grown(heap) - heap.new_bytes.value_or(0) - std::max(0.0, heap.free_bytes.value);
    return rest >= kWorthAWord && rest > grown(heap) / 2 ? rest : 0;
}

bool grew(const HeapTypes& heap) {
    return heap.since && heap.missing.empty() && heap.new_bytes.value_or(0) >= kWorthAWord &&
           !heap.types.empty() && untold(heap) == 0;
}

}  // namespace

std::string heap_section(const Dump& dump, std::size_t most_types) {
    if (!dump.heap) return {};
    const HeapTypes& heap = *dump.heap;
    if (!heap.missing.empty()) return heap_text(heap, "");
    if (is_beside(dump)) return unread_lines(heap, 0);
    std::string text = head_line(heap) + heap_rows(heap, most_types);
    if (const double rest = untold(heap); rest > 0)
        text += wrapped(format_size(rest) + " more are not told by type: large buffers, most likely.", 2);
    return text;
}

std::string heap_cause(const Dump& dump) {
    if (!dump.heap || !grew(*dump.heap) || is_beside(dump) || is_mostly_free(*dump.heap)) return {};
    const HeapTypes& heap = *dump.heap;
    return fmt::format("{}: {:.0f} % of the {} new in the heap since {}", heap_top(heap),
                       100 * heap_share(heap), format_size(*heap.new_bytes), format_day_minute(*heap.since));
}

}  // namespace rampwatch::report
