// SPDX-License-Identifier: MIT
#include "core/cxx/arenas.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "core/cxx/chunk_chain.h"

namespace rampwatch::cxx {

namespace {

constexpr std::uint64_t kTop = 96, kBins = 112, kNext = 2160, kSystem = 2184;
constexpr std::size_t kBinWords = 254;   // {fd, bk} of bins 1 to 127
constexpr std::size_t kFirstLarge = 64;  // bins from here on hold chunks of 1 KiB and more
constexpr std::size_t kMostArenas = 4096;
constexpr std::size_t kMostChunks = 200'000;  // walked, of all arenas
constexpr std::uint64_t kMostData = std::uint64_t{16}
                                    << 20;  // of a module in which the main arena is looked for

// A heap grows while it is read: what lies right behind it, as the mappings were, may be in it by now. The
// rest of an arena's mapping is there without rights.
bool is_new_heap(const probe::Maps& maps, std::uint64_t address) {
    constexpr std::uint64_t kMostGrown = std::uint64_t{1} << 30;
    const auto after = std::upper_bound(
        maps.mappings.begin(), maps.mappings.end(), address,
        [](std::uint64_t wanted, const probe::Mapping& mapping) { return wanted < mapping.start; });
    if (after == maps.mappings.begin()) return false;
    const probe::Mapping& last = *std::prev(after);
    if (address < last.end) return last.inode == 0 && !last.readable;
    return last.path == "[heap]" && address - last.end < kMostGrown;
}

bool is_heap(const probe::Maps& maps, std::uint64_t address) {
    const probe::Mapping* mapping = probe::find(maps, address);
    if (mapping != nullptr && mapping->writable) return mapping->inode == 0;
    return is_new_heap(maps, address);
}

// The arenas from `first` around; empty where they make no ring.
std::vector<std::uint64_t> ring_from(const probe::MemoryReader& memory, std::uint64_t first) {
    std::vector<std::uint64_t> arenas;
    std::set<std::uint64_t> seen;
    for (std::uint64_t at = first; seen.size() < kMostArenas;) {
        if (at % 8 != 0 || !seen.insert(at).second) return {};
        const auto system = memory.get<std::uint64_t>(at + kSystem);
        const auto next = memory.get<std::uint64_t>(at + kNext);
        if (!system || !next || *system % 4096 != 0) return {};
        arenas.push_back(at);
        if (*next == first) return arenas;
        at = *next;
    }
    return {};
}

// Every bin leads to itself or into a heap, and the top lies in one.
bool is_arena(const probe::MemoryReader& memory, const probe::Maps& maps, std::uint64_t arena) {
    const auto bins = memory.get<std::array<std::uint64_t, kBinWords>>(arena + kBins);
    const auto top = memory.get<std::uint64_t>(arena + kTop);
    if (!bins || !top || !is_heap(maps, *top)) return false;
    for (std::size_t i = 0; i < kBinWords; ++i) {
        const std::uint64_t own = arena + kBins + i / 2 * 16 - 16;
        if ((*bins)[i] != own && !is_heap(maps, (*bins)[i])) return false;
    }
    return true;
}

// In the writable data of libc, or of a program that has it within.
std::vector<std::uint64_t> find_arenas(const probe::MemoryReader& memory, const probe::Maps& maps) {
    const auto holds_libc = [&](const probe::Mapping& mapping) {
        return mapping.path.find("/libc.so") != std::string::npos ||
               mapping.path.find("/libc-2") != std::string::npos ||
               (!maps.mappings.empty() && mapping.path == maps.mappings.front().path);
    };
    std::vector<std::byte> bytes;
    for (const probe::Mapping& mapping : maps.mappings) {
        const std::uint64_t size = mapping.end - mapping.start;
        if (!mapping.writable || mapping.inode == 0 || !holds_libc(mapping) || size > kMostData) continue;
        bytes.assign(4096, std::byte{});
        for (std::uint64_t page = mapping.start; page < mapping.end; page += 4096) {
            if (!memory.read(page, bytes)) continue;
            for (std::size_t at = 0; at < bytes.size(); at += 8) {
                std::uint64_t word = 0;
                std::memcpy(&word, bytes.data() + at, sizeof word);
                const std::uint64_t arena = page + at - kNext;  // if this is its word `next`
                const bool alone = word == arena;
                const bool other = word % kHeapBytes < 4096 && is_heap(maps, word);
                if (word == 0 || (!alone && !other) || !is_arena(memory, maps, arena)) continue;
                auto ring = ring_from(memory, arena);
                if (!ring.empty()) return ring;
            }
        }
    }
    return {};
}

class Collector {
  public:
    Collector(const probe::MemoryReader& memory, const probe::Maps& maps, runtime::Budget& budget)
        : memory_(memory), maps_(maps), budget_(budget) {}

    void arena(std::uint64_t arena) {
        if (const auto top = memory_.get<std::uint64_t>(arena + kTop)) add(*top);
        list(arena + kBins - 16);  // bin 1: freed, and not yet sorted
        for (std::size_t bin = kFirstLarge; bin <= kBinWords / 2; ++bin)
            list(arena + kBins + (bin - 1) * 16 - 16);
    }
    std::vector<probe::Range> take() {
        std::sort(found_.begin(), found_.end(),
                  [](const probe::Range& a, const probe::Range& b) { return a.address < b.address; });
        return std::move(found_);
    }

  private:
    // From the head of a bin along fd.
    void list(std::uint64_t head) {
        auto at = memory_.get<std::uint64_t>(head + 16);
        while (at && *at != head && walked_++ < kMostChunks) {
            if (walked_ % 256 == 0 && budget_.over()) return;
            if (!add(*at)) return;
            at = memory_.get<std::uint64_t>(*at + 16);
        }
    }
    bool add(std::uint64_t chunk) {
        if (chunk % 16 != 0 || !is_heap(maps_, chunk)) return false;
        const auto word = memory_.get<std::uint64_t>(chunk + 8);
        if (!word) return false;
        const std::uint64_t size = *word & ~std::uint64_t{7};
        if (size < kLeastChunk || size > std::uint64_t{1} << 46) return false;
        if (size >= kLargeChunk) found_.push_back({chunk, size});
        return true;
    }

    const probe::MemoryReader& memory_;
    const probe::Maps& maps_;
    runtime::Budget& budget_;
    std::vector<probe::Range> found_{};
    std::size_t walked_ = 0;
};

}  // namespace

bool FreeChunks::covers(std::uint64_t address, std::uint64_t size) const {
    const auto after = std::upper_bound(
        chunks.begin(), chunks.end(), address,
        [](std::uint64_t wanted, const probe::Range& range) { return wanted < range.address; });
    if (after == chunks.begin()) return false;
    const probe::Range& range = *std::prev(after);
    return address - range.address <= range.size && size <= range.size - (address - range.address);
}

std::uint64_t FreeChunks::overlap(std::uint64_t address, std::uint64_t size) const {
    auto one = std::upper_bound(
        chunks.begin(), chunks.end(), address,
        [](std::uint64_t wanted, const probe::Range& range) { return wanted < range.address; });
    if (one != chunks.begin()) --one;
    std::uint64_t bytes = 0;
    for (; one != chunks.end() && one->address < address + size; ++one) {
        const std::uint64_t from = std::max(address, one->address);
        const std::uint64_t to = std::min(address + size, one->address + one->size);
        if (to > from) bytes += to - from;
    }
    return std::min(bytes, size);
}

FreeChunks free_chunks(const probe::MemoryReader& memory, const probe::Maps& maps, runtime::Budget& budget) {
    FreeChunks free;
    const std::vector<std::uint64_t> arenas = find_arenas(memory, maps);
    Collector collector(memory, maps, budget);
    for (const std::uint64_t arena : arenas) collector.arena(arena);
    free.known = !arenas.empty();
    free.arenas = arenas.size();
    free.chunks = collector.take();
    return free;
}

bool is_arena_heap(const probe::MemoryReader& memory, const probe::Maps& maps,
                   const probe::Mapping& mapping) {
    if (mapping.start % kHeapBytes != 0 || mapping.inode != 0 || !mapping.writable) return false;
    const auto info =
        memory.get<std::array<std::uint64_t, 4>>(mapping.start);  // arena, previous, size, mapped
    if (!info || !is_heap(maps, (*info)[0])) return false;
    return (*info)[2] <= kHeapBytes && (*info)[2] % 4096 == 0 && (*info)[3] <= kHeapBytes && (*info)[2] != 0;
}

}  // namespace rampwatch::cxx
