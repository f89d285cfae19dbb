// SPDX-License-Identifier: MIT
#include "core/report/memory_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/memory_hint.h"

namespace rampwatch::report {
namespace {

constexpr std::size_t kMostParts = 5;
constexpr std::int64_t kLittle = 256 << 10;
constexpr std::int64_t kMuchShared = 8 << 20;

std::string size(std::int64_t bytes) { return format_size(static_cast<double>(bytes)); }
std::string change(std::int64_t bytes) {
    return (bytes < 0 ? "-" : "+") + format_size(static_cast<double>(std::abs(bytes)));
}

std::string mappings(const MemoryPart& part) {
    if (part.mappings <= 1 && part.change_mappings.value_or(0) == 0) return {};
    std::string text =
        fmt::format(" in {} {}", format_count(part.mappings), part.mappings == 1 ? "mapping" : "mappings");
    const std::int64_t more = part.change_mappings.value_or(0);
    if (more != 0) text += fmt::format(" ({}{})", more > 0 ? "+" : "-", format_count(std::abs(more)));
    return text;
}

// Those that make a difference; without an earlier reading the biggest.
std::vector<const MemoryPart*> shown(const MemoryParts& memory) {
    std::vector<const MemoryPart*> parts;
    const auto weight = [&](const MemoryPart& part) {
        return memory.since ? std::abs(part.change_bytes.value_or(0)) : held_bytes(part.figures);
    };
    std::int64_t most = 0;
    for (const MemoryPart& part : memory.parts) most = std::max(most, weight(part));
    for (const MemoryPart& part : memory.parts) {
        if (weight(part) >= std::max(kLittle, most / 50)) parts.push_back(&part);
    }
    std::stable_sort(parts.begin(), parts.end(),
                     [&](const MemoryPart* a, const MemoryPart* b) { return weight(*a) > weight(*b); });
    parts.resize(std::min(parts.size(), kMostParts));
    return parts;
}

// Pages that RSS counts more than once: the same file mapped several times, or by others too.
std::string shared_words(const MemoryPart& part) {
    const MemoryFigures& figures = part.figures;
    if (figures.pss <= 0 || figures.rss - figures.pss < kMuchShared) return {};
    return fmt::format(" ({} by share)", size(figures.pss));
}

std::string part_line(const MemoryPart& part, bool compared) {
    const std::string now = size(held_bytes(part.figures));
    const std::string name = clip_middle(part_name(part), 44);
    const std::string rest = mappings(part) + shared_words(part);
    if (!compared) return fmt::format("    {:>10}  {}{}", now, name, rest);
    return fmt::format("    {:>10}  {}, now {}{}", change(part.change_bytes.value_or(0)), name, now, rest);
}

std::string head_line(const MemoryParts& memory) {
    std::string text = "memory: " + size(memory.total.rss);
    if (memory.total.swap > 0) text += fmt::format(" and {} swapped out", size(memory.total.swap));
    if (memory.total.hugetlb > 0) text += fmt::format(" and {} in huge pages", size(memory.total.hugetlb));
    if (memory.total.unmapped > 0) text += fmt::format(" and {} in open files", size(memory.total.unmapped));
    if (memory.since && memory.before) {
        text += fmt::format(", {} since {}", change(held_bytes(memory.total) - held_bytes(*memory.before)),
                            format_day_minute(*memory.since));
    }
    return text;
}

}  // namespace

std::vector<std::string> memory_lines(const Dump& dump) {
    if (!dump.memory) return {};
    const MemoryParts& memory = *dump.memory;
    std::vector<std::string> lines = {head_line(memory)};
    for (const MemoryPart* part : shown(memory)) lines.push_back(part_line(*part, memory.since.has_value()));
    if (!memory.missing.empty()) lines.push_back("    its parts are not known: " + memory.missing);
    for (const std::string& hint : memory_hints(dump)) lines.push_back("    hint: " + hint);
    return lines;
}

}  // namespace rampwatch::report
