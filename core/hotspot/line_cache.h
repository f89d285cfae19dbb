// SPDX-License-Identifier: MIT
// A target's memory, read 256 bytes at a time and kept for as long as it may be: what objects of the heap say
// while one of them is looked at, everything else while a reading lasts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>

#include "core/probe/memory_reader.h"

namespace rampwatch::hotspot {

class LineCache : public probe::MemoryReader {
  public:
    // The heap is [start, end); `below` outlives this.
    LineCache(const probe::MemoryReader& below, std::uint64_t start, std::uint64_t end)
        : below_(below), start_(start), end_(end) {}

    // What was read of the heap is read anew.
    void forget_heap() { heap_.clear(); }

    using MemoryReader::get;
    Result<void> read(std::uint64_t address, std::span<std::byte> into) const override;
    Result<void> read(std::span<probe::Piece> pieces) const override { return below_.read(pieces); }

    static constexpr std::size_t kLine = 256;
    static constexpr std::size_t kMostLines = 65'536;  // 16 MiB; then all are dropped

  private:
    using Lines = std::unordered_map<std::uint64_t, std::array<std::byte, kLine>>;

    const probe::MemoryReader& below_;
    std::uint64_t start_, end_;
    mutable Lines heap_{}, rest_{};
};

}  // namespace rampwatch::hotspot
