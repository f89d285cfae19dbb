// SPDX-License-Identifier: MIT
// The compressed tables that HotSpot keeps beside its code: numbers, lines of bytecodes. Pure; hostile.
// Formats: src/hotspot/share/utilities/unsigned5.hpp, oops/method.hpp (CompressedLineNumberReadStream).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rampwatch::hotspot {

// Numbers of 1 to 5 bytes each, the low ones first; a byte of 192 or more goes on.
class PackedNumbers {
  public:
    // `version`: of Java. From 20 on no byte is 0, and one that is ends the stream.
    PackedNumbers(std::span<const std::byte> bytes, int version)
        : bytes_(bytes), excluded_(version >= 20 ? 1 : 0) {}

    std::optional<std::uint32_t> next();        // empty at the end, and within a number that is cut off
    std::optional<std::int32_t> next_signed();  // zigzag: 0, -1, 1, -2
    std::optional<std::uint8_t> next_byte();

  private:
    std::span<const std::byte> bytes_;
    std::uint32_t excluded_;
    std::size_t at_ = 0;
};

// Line of the bytecode at `bci`; empty where the table has none for it, or is cut off before it. O(table).
std::optional<std::int64_t> line_of(std::span<const std::byte> table, int version, std::int64_t bci);

}  // namespace rampwatch::hotspot
