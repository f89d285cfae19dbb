// SPDX-License-Identifier: MIT
#include "core/golang/spans.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "core/probe/data_scan.h"
#include "core/probe/gather.h"

namespace rampwatch::golang {
namespace {

// Byte offsets into runtime.mspan; startAddr is at 24 and npages at 32 in all of them.
struct SpanLayout {
    std::uint16_t elements = 0;  // nelems
    bool narrow = false;         // of 16 bits: since Go 1.22
    std::uint16_t used = 0;      // allocCount, spanclass 2 behind it, state 3 behind it
    std::uint16_t size = 0;      // elemsize, limit 8 behind it
};
constexpr std::array<SpanLayout, 3> kLayouts = {{
    {50, true, 96, 104},    // 1.22 and newer
    {56, false, 104, 112},  // 1.21
    {56, false, 96, 104},   // 1.16 to 1.20
}};
constexpr std::size_t kSpan = 128;  // enough of one
constexpr std::uint64_t kStart = 24, kPages = 32, kPage = 8192;
constexpr std::uint8_t kInUse = 1, kLastState = 2;
constexpr std::uint64_t kUserEnd = std::uint64_t{1} << 47;
constexpr std::uint64_t kMostPages = std::uint64_t{1} << 26;  // so that kMostSpans of them can be added up
constexpr std::size_t kChunk = 2048;

struct Span {
    std::uint64_t start = 0, pages = 0, elements = 0, size = 0, limit = 0;
    std::uint64_t used = 0;
    std::uint8_t span_class = 0, state = 0;
};

Span parse(probe::Bytes bytes, const SpanLayout& layout) {
    Span span;
    span.start = bytes.number_unchecked<std::uint64_t>(kStart);
    span.pages = bytes.number_unchecked<std::uint64_t>(kPages);
    span.elements = layout.narrow ? bytes.number_unchecked<std::uint16_t>(layout.elements)
                                  : bytes.number_unchecked<std::uint64_t>(layout.elements);
    span.used = bytes.number_unchecked<std::uint16_t>(layout.used);
    span.span_class = bytes.number_unchecked<std::uint8_t>(layout.used + 2U);
    span.state = bytes.number_unchecked<std::uint8_t>(layout.used + 3U);
    span.size = bytes.number_unchecked<std::uint64_t>(layout.size);
    span.limit = bytes.number_unchecked<std::uint64_t>(layout.size + 8U);
    return span;
}

bool is_span(const Span& span) {
    return span.start % kPage == 0 && span.start > 0 && span.start < kUserEnd && span.pages > 0 &&
           span.pages < kMostPages && span.state <= kLastState;
}

// Given back by the heap, and kept for the next one: it stays in the list, empty.
bool is_vacant(const Span& span) { return span.state == 0 && span.start == 0 && span.pages == 0; }

// Its objects fill it, and no more of them are used than there are.
bool is_consistent(const Span& span) {
    const std::uint64_t bytes = span.pages * kPage;
    if (span.size == 0 || span.size > bytes || span.elements == 0 || span.used > span.elements) return false;
    if (span.elements > bytes / span.size || span.limit <= span.start || span.limit > span.start + bytes)
        return false;
    return span.span_class / 2 == 0 ? span.elements == 1 : span.elements + 1 >= (bytes - 1024) / span.size;
}

using Addresses = std::vector<std::uint64_t>;

bool is_pointer(std::uint64_t address) { return address % 8 == 0 && address >= 65536 && address < kUserEnd; }

// The first ones of a list of spans: nearly all are spans by one of the layouts, and the used ones fit. Where
// a program has just begun half of them may be vacant.
std::optional<SpanLayout> layout_of_list(const probe::MemoryReader& memory, std::uint64_t list,
                                         std::uint64_t length) {
    std::array<std::uint64_t, 128> first{};
    const std::size_t count = std::min<std::size_t>(length, first.size());
    if (!memory.read(list, std::as_writable_bytes(std::span(first).first(count)))) return std::nullopt;
    for (const SpanLayout& layout : kLayouts) {
        std::size_t spans = 0, vacant = 0, used = 0, consistent = 0;
        for (std::size_t i = 0; i < count; ++i) {
            std::array<std::byte, kSpan> bytes{};
            if (!is_pointer(first[i]) || !memory.read(first[i], bytes)) continue;
            const Span span = parse(probe::Bytes{std::span<const std::byte>(bytes)}, layout);
            vacant += is_vacant(span) ? 1U : 0U;
            if (!is_span(span)) continue;
            ++spans;
            if (span.state != kInUse) continue;
            ++used;
            consistent += is_consistent(span) ? 1U : 0U;
        }
        if (spans * 10 >= (count - vacant) * 9 && used >= 4 && consistent * 10 >= used * 9) return layout;
    }
    return std::nullopt;
}

struct List {
    std::uint64_t address = 0, length = 0;
    SpanLayout layout{};
};

// mheap_.allspans is a slice in .bss.
std::optional<List> find_list(const Runtime& runtime) {
    std::optional<List> found;
    const auto visit = [&](std::uint64_t, probe::Bytes bytes) {
        const auto pointer = bytes.number_unchecked<std::uint64_t>(0);
        const auto length = bytes.number_unchecked<std::uint64_t>(8);
        const auto capacity = bytes.number_unchecked<std::uint64_t>(16);
        if (!is_pointer(pointer) || length < 4 || length > capacity || capacity > kMostSpans) return false;
        const auto layout = layout_of_list(runtime.memory(), pointer, length);
        if (layout) found = List{pointer, length, *layout};
        return found.has_value();
    };
    const Moduledata& live = runtime.main_module().live();
    if (!probe::scan_words(runtime.memory(), live.noptrbss, live.enoptrbss, 24, visit))
        probe::scan_words(runtime.memory(), live.bss, live.ebss, 24, visit);
    return found;
}

class Counting {
  public:
    explicit Counting(const SpanLayout& layout) : layout_(layout) {}

    void add(probe::Bytes bytes) {
        if (bytes.size() < kSpan) {
            ++counts_.torn;
            return;
        }
        const Span span = parse(bytes, layout_);
        if (span.state != kInUse) return;
        if (!is_span(span) || !is_consistent(span)) {
            ++counts_.torn;
            return;
        }
        const bool large = span.span_class / 2 == 0;
        SizeCount& row = rows_[{large ? 0 : span.size, span.span_class % 2 == 0}];
        row.objects += static_cast<std::int64_t>(span.used);
        row.bytes += static_cast<std::int64_t>(span.used * span.size);
        counts_.span_bytes += static_cast<std::int64_t>(span.pages * kPage);
    }
    SizeCounts release() {
        std::int64_t used = 0;
        for (auto& [key, row] : rows_) {
            row.size = key.first;
            row.has_pointers = key.second;
            used += row.bytes;
            if (row.objects > 0) counts_.sizes.push_back(row);
        }
        counts_.free_bytes = counts_.span_bytes - used;
        return std::move(counts_);
    }

  private:
    SpanLayout layout_;
    SizeCounts counts_{};
    std::map<std::pair<std::uint64_t, bool>, SizeCount> rows_{};
};

}  // namespace

Result<SizeCounts> size_counts(const Runtime& runtime) {
    const auto list = find_list(runtime);
    if (!list) return Error{Error::Kind::unavailable, "the spans of its heap were not found", "", ""};
    Addresses spans(list->length);
    if (auto read = runtime.memory().read(list->address, std::as_writable_bytes(std::span(spans))); !read)
        return read.error();
    Counting counting(list->layout);
    probe::Gather gather;
    std::vector<probe::Range> ranges;
    for (std::size_t at = 0; at < spans.size(); at += kChunk) {
        ranges.clear();
        for (std::size_t i = at; i < std::min(at + kChunk, spans.size()); ++i)
            if (is_pointer(spans[i])) ranges.push_back({spans[i], kSpan});
        if (auto read = gather.read(runtime.memory(), ranges); !read) return read.error();
        for (std::size_t i = 0; i < ranges.size(); ++i) counting.add(gather.item(i));
    }
    return counting.release();
}

}  // namespace rampwatch::golang
