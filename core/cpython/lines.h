// SPDX-License-Identifier: MIT
// From a place in bytecode to a line, by the table that a code object carries. Pure; the table is hostile.
// Formats: CPython's Objects/lnotab_notes.txt (to 3.9, and 3.10's of PEP 626) and Objects/locations.md
// (3.11).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rampwatch::cpython {

enum class LineTable : std::uint8_t {
    pairs,      // to 3.9: (addresses u8, lines i8), a line holds from its address on
    ranges,     // 3.10: (addresses u8, lines i8), each pair a range; -128: no line
    locations,  // from 3.11: entries of one to many bytes, in units of two bytes of code
};

// Line of the instruction at byte `offset` of the code, whose function begins at `first_line`. An offset
// before the first instruction (a frame that has not begun) is at the first line. Empty: code without a line,
// an offset beyond the table, a table that ends within an entry, a line outside 0 to 2^31-1. O(table).
std::optional<std::int64_t> line_at(LineTable kind, std::span<const std::byte> table, std::int64_t first_line,
                                    std::int64_t offset);

}  // namespace rampwatch::cpython
