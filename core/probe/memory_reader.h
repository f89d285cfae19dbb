// SPDX-License-Identifier: MIT
// Reads of a target's memory as a seam: a live process (memory.h), an image of one (memory_image.h), or a
// live one whose reads are noted, so that an image can be made of it. What decodes a target takes a
// MemoryReader, and can then be tested and fuzzed without one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "core/base/error.h"

namespace rampwatch::probe {

// [address, address + size) in the target.
struct Range {
    std::uint64_t address = 0;
    std::uint64_t size = 0;

    friend bool operator==(const Range&, const Range&) = default;
};

// One part of a batch: `into.size()` bytes from `address`, whole or not at all.
struct Piece {
    std::uint64_t address = 0;
    std::span<std::byte> into{};
    bool read = false;
};

class MemoryReader {
  public:
    virtual ~MemoryReader() = default;

    // All of `into`, or an Error: gone (no such process), no_permission, io (not mapped there).
    virtual Result<void> read(std::uint64_t address, std::span<std::byte> into) const = 0;

    // Every piece is tried; those with `read` false were not mapped whole, and their bytes are undefined. An
    // Error when nothing can be read any more (gone, no_permission). One call costs much less than a call for
    // each.
    virtual Result<void> read(std::span<Piece> pieces) const = 0;

    // The parts of `range` that exist, merged, in order: what a search may read. All of it where nothing is
    // known of that.
    [[nodiscard]] virtual std::vector<Range> present(Range range) const { return {range}; }

    // A plain value, such as a struct without padding or a std::uint64_t.
    template <class T>
    Result<T> get(std::uint64_t address) const {
        static_assert(std::is_trivially_copyable_v<T>);
        T value{};
        const auto done = read(address, std::as_writable_bytes(std::span(&value, 1)));
        if (!done) return done.error();
        return value;
    }

  protected:
    MemoryReader() = default;
    MemoryReader(const MemoryReader&) = default;
    MemoryReader& operator=(const MemoryReader&) = default;
};

// The bytes from `address` up to the first zero byte, which is not part of it: at most `most` bytes, then
// cut. Never reads across the end of a page before all up to there was looked at, so that a string at the end
// of a mapping is found. Empty where nothing can be read. Hostile: escape before printing.
std::string read_string(const MemoryReader& memory, std::uint64_t address, std::size_t most);

}  // namespace rampwatch::probe
