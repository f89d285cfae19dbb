// SPDX-License-Identifier: MIT
#include "core/hotspot/spaces.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::size_t kBatch = 1024;         // regions read at once
constexpr std::uint64_t kMostRegion = 1024;  // bytes of a region's own notes
constexpr std::string_view kZHeap = "/memfd:java_heap";

Error failed(const std::string& what) {
    return {Error::Kind::bad_input, "check failed: " + what, "Java", {}};
}

// The start of each struct, as far as `size`, in their order; `use` is given those that can be read.
template <class Use>
void read_each(const probe::MemoryReader& memory, std::span<const std::uint64_t> places, std::uint64_t size,
               const Use& use) {
    std::vector<std::byte> bytes(kBatch * size);
    for (std::size_t done = 0; done < places.size(); done += kBatch) {
        const std::size_t count = std::min(kBatch, places.size() - done);
        std::vector<probe::Piece> pieces;
        for (std::size_t i = 0; i < count; ++i) {
            if (is_pointer(places[done + i]))
                pieces.push_back({places[done + i], std::span(bytes).subspan(i * size, size)});
        }
        if (!memory.read(pieces)) return;
        for (const probe::Piece& piece : pieces) {
            if (piece.read) use(std::span<const std::byte>(piece.into));
        }
    }
}

std::vector<std::uint64_t> read_pointers(const probe::MemoryReader& memory, std::uint64_t array,
                                         std::uint64_t count) {
    std::vector<std::uint64_t> places(std::min<std::uint64_t>(count, kMostRegions));
    if (!is_pointer(array) || !memory.read(array, std::as_writable_bytes(std::span(places)))) return {};
    return places;
}

// One heap, and where it lies.
struct Heap {
    const runtime::Target& target;
    const HeapLayout& layout;
    std::uint64_t address = 0;

    [[nodiscard]] std::uint64_t word(std::uint64_t at) const { return read_number(target.memory, at); }
};

// An object that is too large for a region has some of its own: the first, and those that continue it.
void read_g1(const Heap& heap, Spaces& spaces) {
    const G1Layout& at = heap.layout.g1;
    const std::uint64_t table = heap.address + at.regions;
    const auto places =
        read_pointers(heap.target.memory, heap.word(table + at.base), heap.word(table + at.length));
    const std::uint64_t size = std::min(kMostRegion, std::max({at.bottom, at.top, at.end, at.tag}) + 8);
    std::uint64_t object = 0;
    read_each(heap.target.memory, places, size, [&](std::span<const std::byte> region) {
        const std::uint64_t bottom = word_at(region, at.bottom), top = word_at(region, at.top);
        const std::int64_t tag = number_at<std::int32_t>(region, at.tag);
        if ((tag & at.huge) != 0) {
            if (tag == at.huge_start) object = bottom;
            if (object != 0) spaces.old.push_back({bottom, top, true, object});
        } else if ((tag & at.old) != 0) {
            spaces.old.push_back({bottom, top, false, 0});
        } else if ((tag & at.young) != 0 && top >= bottom) {
            spaces.young_bytes += top - bottom;
        }
    });
}

void read_generations(const Heap& heap, const SpacesLayout& at, std::uint64_t young, std::uint64_t old,
                      Spaces& spaces) {
    const std::uint64_t space = heap.word(old + at.old_space);
    if (is_pointer(space))
        spaces.old.push_back({heap.word(space + at.bottom), heap.word(space + at.top), false, 0});
    for (const std::uint64_t part : {at.eden, at.from, at.to}) {
        const std::uint64_t of_young = heap.word(young + part);
        const std::uint64_t bottom = heap.word(of_young + at.bottom), top = heap.word(of_young + at.top);
        if (top > bottom && top <= spaces.high) spaces.young_bytes += top - bottom;
    }
}

void read_shenandoah(const Heap& heap, Spaces& spaces) {
    constexpr std::int32_t kRegular = 2, kHugeStart = 3, kHuge = 4, kPinnedHuge = 5, kPinnedSet = 8;
    const ShenandoahLayout& at = heap.layout.shenandoah;
    const auto places = read_pointers(heap.target.memory, heap.word(heap.address + at.regions),
                                      heap.word(heap.address + at.count));
    const std::uint64_t size = std::min(kMostRegion, std::max({at.bottom, at.top, at.end, at.state}) + 8);
    std::uint64_t object = 0;
    spaces.maybe_dead = true;
    read_each(heap.target.memory, places, size, [&](std::span<const std::byte> region) {
        const std::uint64_t bottom = word_at(region, at.bottom), top = word_at(region, at.top);
        const auto state = number_at<std::int32_t>(region, at.state);
        if (state == kHugeStart || state == kPinnedHuge) object = bottom;
        const bool huge = state == kHugeStart || state == kPinnedHuge || state == kHuge;
        if (huge && object != 0) spaces.old.push_back({bottom, top, true, object});
        if (!huge && state >= kRegular && state <= kPinnedSet) spaces.old.push_back({bottom, top, false, 0});
    });
}

// The heap is mapped in up to three places, which the collector uses by turns: the last of them is the one in
// which most of it is touched.
void find_z_view(const Heap& heap, std::uint64_t mask, Spaces& spaces) {
    std::uint64_t base = 0;
    for (const probe::Mapping& mapping : heap.target.maps.mappings) {
        if (mapping.path.starts_with(kZHeap)) base = std::max(base, mapping.start & ~mask);
    }
    if (base == 0) return;
    spaces.low = base;
    spaces.high = base + mask + 1;
}

void read_z(const Heap& heap, Spaces& spaces) {
    constexpr std::uint64_t kGranule = std::uint64_t{2} << 20;
    constexpr std::uint8_t kLarge = 2;
    const ZLayout& at = heap.layout.z;
    const std::uint64_t mask = heap.word(heap.word(heap.word(at.globals) + at.offset_mask));
    if (mask < kGranule || (mask & (mask + 1)) != 0) return;
    find_z_view(heap, mask, spaces);
    spaces.z_mask = mask;
    spaces.z_shifts = at.shifts;
    spaces.maybe_dead = true;
    const std::uint64_t map = heap.word(heap.address + at.pages);
    std::vector<std::uint64_t> places;
    for (const probe::Mapping& mapping : heap.target.maps.mappings) {
        if (mapping.start < spaces.low || mapping.end > spaces.high) continue;
        const std::uint64_t first = (mapping.start - spaces.low) / kGranule;
        for (const std::uint64_t place :
             read_pointers(heap.target.memory, map + 8 * first, (mapping.end - mapping.start) / kGranule)) {
            const bool is_new = place != 0 && (places.empty() || places.back() != place);
            if (is_new && places.size() < kMostRegions) places.push_back(place);
        }
    }
    const std::uint64_t size = std::min(kMostRegion, std::max({at.start, at.top, at.type}) + 8);
    read_each(heap.target.memory, places, size, [&](std::span<const std::byte> page) {
        const std::uint64_t start = spaces.low + word_at(page, at.start);
        const std::uint64_t top = spaces.low + word_at(page, at.top);
        const bool large = number_at<std::uint8_t>(page, at.type) == kLarge;
        spaces.old.push_back({start, top, large, large ? start : 0});
    });
}

// Sorted, or refused: they overlap, or lie outside of the heap.
Result<Spaces> checked(Spaces spaces) {
    auto& old = spaces.old;
    std::sort(old.begin(), old.end(), [](const Space& a, const Space& b) { return a.start < b.start; });
    std::uint64_t last = spaces.low;
    for (const Space& space : old) {
        if (space.start < last || space.top < space.start || space.top > spaces.high)
            return failed("the spaces of its heap");
        last = space.top;
    }
    if (spaces.low == 0 || (old.empty() && spaces.young_bytes == 0)) return failed("its heap");
    return spaces;
}

// The first field that is missing of such a heap; null for a collector whose heap is not read.
const std::string* missing_of(const HeapLayout& layout, Collector collector) {
    switch (collector) {
        case Collector::g1:
            return &layout.missing_g1;
        case Collector::serial:
            return &layout.missing_serial;
        case Collector::parallel:
            return &layout.missing_parallel;
        case Collector::shenandoah:
            return &layout.missing_shenandoah;
        case Collector::z:
            return &layout.missing_z;
        case Collector::other:
            break;
    }
    return nullptr;
}

void read_spaces(const Heap& heap, Collector collector, Spaces& spaces) {
    const SpacesLayout& serial = heap.layout.serial;
    const SpacesLayout& parallel = heap.layout.parallel;
    if (collector == Collector::g1) read_g1(heap, spaces);
    if (collector == Collector::serial)
        read_generations(heap, serial, heap.word(heap.address + serial.young),
                         heap.word(heap.address + serial.old), spaces);
    if (collector == Collector::parallel)
        read_generations(heap, parallel, heap.word(parallel.young), heap.word(parallel.old), spaces);
    if (collector == Collector::shenandoah) read_shenandoah(heap, spaces);
    if (collector == Collector::z) read_z(heap, spaces);
}

}  // namespace

const Space* Spaces::from(std::uint64_t address) const {
    const auto found = std::partition_point(old.begin(), old.end(),
                                            [&](const Space& space) { return space.top <= address; });
    return found == old.end() ? nullptr : &*found;
}

Result<Spaces> spaces_of(const runtime::Target& target, const Layout& layout, const HeapLayout& heap,
                         const Objects& objects, Collector collector) {
    if (!heap.missing.empty()) return failed(heap.missing);
    const std::uint64_t address = read_number(target.memory, layout.statics.collected_heap);
    if (!is_pointer(address)) return failed("its heap");
    const std::string* missing = missing_of(heap, collector);
    if (missing == nullptr)
        return Error{
            Error::Kind::unavailable, "classes in the heap of this collector are not read", "Java", {}};
    if (!missing->empty()) return failed(*missing);
    Spaces spaces;
    spaces.low = objects.heap_start();
    spaces.high = objects.heap_end();
    read_spaces({target, heap, address}, collector, spaces);
    return checked(std::move(spaces));
}

}  // namespace rampwatch::hotspot
