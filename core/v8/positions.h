// SPDX-License-Identifier: MIT
// Tables in which V8 notes which instruction stands where in the source
// (src/codegen/source-position-table.cc): pairs of differences, of the instruction's offset and of a word
// that holds the position. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rampwatch::v8 {

// How the first of a pair is written: zigzag, a negative one saying an expression; or, since V8 14, plain
// with two flags below it.
enum class Offsets : std::uint8_t { zigzag, flagged };

struct Position {
    std::uint32_t offset = 0;    // in the source, in characters
    std::uint32_t inlining = 0;  // of the call that was inlined, from 1; 0: of the function itself
    friend bool operator==(const Position&, const Position&) = default;
};
// Of the word in a pair, or in a table of inlined calls.
Position position_of(std::uint64_t word);

// Of the last instruction not behind `offset`; empty where there is none.
std::optional<Position> position_at(std::span<const std::byte> table, Offsets how, std::int64_t offset);

// Whether all offsets of the table lie in [-1, length): else it is written the other way.
bool fits(std::span<const std::byte> table, Offsets how, std::int64_t length);

// Where lines of a source end, as its characters come; lines are counted from 1.
class LineEnds {
  public:
    template <class Character>
    void add(std::span<const Character> characters) {
        for (const Character it : characters) {
            if (after_return_ && it != '\n') ends_.push_back(count_ - 1);
            after_return_ = it == '\r';
            if (it == '\n' || it == 0x2028 || it == 0x2029) ends_.push_back(count_);
            ++count_;
        }
    }
    [[nodiscard]] std::int64_t line_of(std::uint32_t offset) const;

  private:
    std::vector<std::uint32_t> ends_{};
    std::uint32_t count_ = 0;
    bool after_return_ = false;
};

}  // namespace rampwatch::v8
