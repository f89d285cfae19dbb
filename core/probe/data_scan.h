// SPDX-License-Identifier: MIT
// A look for something in a target's data, word by word, over the pages that exist.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/probe/bytes.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::probe {

// Calls `visit(address, bytes)` for each 8-aligned address in [start, end), where `bytes` holds at least
// `width` bytes from there, until it returns true. True when it did. Pages that do not exist, and what cannot
// be read, are passed over; at most 256 MiB are read.
template <class Visit>
bool scan_words(const MemoryReader& memory, std::uint64_t start, std::uint64_t end, std::size_t width,
                Visit visit) {
    constexpr std::uint64_t kPart = std::uint64_t{1} << 20;
    std::uint64_t left = std::uint64_t{256} << 20;
    if (end <= start) return false;
    start = (start + 7) / 8 * 8;
    std::vector<std::byte> buffer;
    for (const Range& range : memory.present({start, end - std::min(start, end)})) {
        std::uint64_t at = (range.address + 7) / 8 * 8;
        const std::uint64_t stop = range.address + range.size;
        while (at + width <= stop && left > 0) {
            const std::uint64_t size = std::min(kPart, stop - at);
            buffer.resize(size);
            left -= std::min(left, size);
            if (!memory.read(at, buffer)) break;
            const Bytes bytes{std::span<const std::byte>(buffer)};
            std::uint64_t offset = 0;
            for (; offset + width <= size; offset += 8) {
                if (visit(at + offset, bytes.part(offset))) return true;
            }
            at += offset;
        }
    }
    return false;
}

}  // namespace rampwatch::probe
