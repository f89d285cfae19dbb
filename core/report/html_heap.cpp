// SPDX-License-Identifier: MIT
#include "core/report/html_heap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/heap_text.h"
#include "core/report/svg_chart.h"

namespace rampwatch::report {
namespace {

constexpr std::size_t kMostTypesShown = 12;

std::string name_of_type(const HeapType& type) {
    if (type.kind == HeapKind::chunk) return "chunks of " + type.name;
    return type.kind == HeapKind::array ? "array of " + type.name : type.name;
}

std::string type_row(const HeapType& type, double most, double whole) {
    const double share = whole > 0 ? 100 * type.bytes.value / whole : 0;
    const double width = most > 0 ? std::clamp(100 * type.bytes.value / most, 0.0, 100.0) : 0;
    return fmt::format(
        "<tr><td>{}{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td><td class=\"num\">{:.1f} %</td>"
        "<td style=\"width:30%\"><span class=\"bar\" style=\"width:{:.0f}%\"></span></td></tr>",
        html_escape(escape(name_of_type(type), 200)),
        type.held_by ? "<div class=\"dim\">" + html_escape(held_by_words(*type.held_by)) + "</div>" : "",
        type.count.value >= 1 ? format_count(std::llround(type.count.value)) : "",
        html_escape(format_size(type.bytes.value)), share, width);
}

}  // namespace

std::string heap_html(const Dump& dump) {
    if (!dump.heap) return {};
    const HeapTypes& heap = *dump.heap;
    if (!heap.missing.empty()) return "<p class=\"dim\">" + html_escape(escape(heap.missing, 1024)) + "</p>";
    const std::string head =
        heap.since ? "What grew since " + format_time(*heap.since) : std::string("The heap by type");
    std::string html = fmt::format(
        "<details open><summary>{}</summary><div class=\"scroll\"><table><tr><th>type</th><th "
        "class=\"num\">objects</th><th class=\"num\">bytes</th><th class=\"num\">share</th><th></th></tr>",
        html_escape(head));
    double whole = heap.since ? 0 : std::max(0.0, heap.free_bytes.value);
    for (const HeapType& type : heap.types) whole += type.bytes.value;
    const double most = heap.types.empty() ? 0 : heap.types.front().bytes.value;
    for (std::size_t i = 0; i < std::min(heap.types.size(), kMostTypesShown); ++i)
        html += type_row(heap.types[i], most, whole);
    html += "</table></div>";
    if (is_mostly_free(heap))
        html += fmt::format("<p>{} {} {} more free: fragmentation rather than a leak.</p>", free_holder(heap),
                            heap.reader == "Python" ? "hold" : "holds",
                            html_escape(format_size(heap.free_bytes.value)));
    for (const std::string& note : heap.notes)
        html += "<p class=\"dim\">" + html_escape(escape(note, 1024)) + "</p>";
    if (!heap.unread.empty())
        html += "<p class=\"dim\">" +
                html_escape(unread_sentence(heap) + " Next: " + escape(heap.next, 128)) + "</p>";
    return html + "</details>";
}

}  // namespace rampwatch::report
