// SPDX-License-Identifier: MIT
#include "core/v8/positions.h"

#include <array>
#include <string_view>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch;
using v8::LineEnds;
using v8::Offsets;
using v8::position_at;

namespace {

template <std::size_t N>
std::vector<std::byte> bytes_of(const std::array<int, N>& numbers) {
    std::vector<std::byte> bytes;
    for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
    return bytes;
}

// Of a generator function of three lines, as Node 22 and Node 26 wrote them; `node --print-bytecode` says
// that its instructions at 10, 15, 35 ... belong to positions 2664, 2664, 2664 ...
const std::vector<std::byte> kOf22 =
    bytes_of(std::array{1, 164, 83,  23, 0, 11, 0,  41, 0,  8,  28, 19, 24, 25, 23, 41,
                        0, 8,   124, 13, 0, 8,  92, 13, 24, 23, 23, 41, 0,  10, 60});
const std::vector<std::byte> kOf26 =
    bytes_of(std::array{2, 164, 83,  46, 0, 22, 0,  82, 0,  19, 28, 38, 24, 50, 23, 82,
                        0, 19,  124, 26, 0, 19, 92, 26, 24, 46, 23, 82, 0,  23, 60});
constexpr std::int64_t kLength = 137;

std::int64_t line_in(std::string_view text, std::uint32_t offset) {
    LineEnds lines;
    lines.add(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    return lines.line_of(offset);
}

}  // namespace

TEST_CASE("an instruction has the position that V8 prints for it", "[v8]") {
    for (const auto& [table, how] :
         {std::pair(&kOf22, Offsets::zigzag), std::pair(&kOf26, Offsets::flagged)}) {
        CHECK(v8::fits(*table, how, kLength));
        CHECK(position_at(*table, how, 10)->offset == 2664);
        CHECK(position_at(*table, how, 60)->offset == 2671);
        CHECK(position_at(*table, how, 110)->offset == 2731);  // within the instruction at 100
        CHECK(position_at(*table, how, 111)->offset == 2725);
        CHECK(position_at(*table, how, 136)->offset == 2740);
        CHECK(position_at(*table, how, 111)->inlining == 0);
    }
}

TEST_CASE("a table that is read the wrong way does not fit", "[v8]") {
    CHECK_FALSE(v8::fits(kOf26, Offsets::zigzag, kLength));
    CHECK_FALSE(v8::fits(kOf22, Offsets::zigzag, kLength - 1));
}

TEST_CASE("a table that is cut off is read as far as it goes", "[v8]") {
    const auto half = std::span(kOf22).first(4);
    CHECK(position_at(half, Offsets::zigzag, 111)->offset == 2664);
    CHECK_FALSE(v8::fits(half, Offsets::zigzag, kLength));
    CHECK_FALSE(position_at({}, Offsets::zigzag, 0));
    const std::vector<std::byte> endless(40, std::byte{0xff});
    CHECK_FALSE(position_at(endless, Offsets::zigzag, 0));
}

TEST_CASE("a position says which inlined call it is in", "[v8]") {
    const v8::Position position = v8::position_of(std::uint64_t{3} << 31 | 43 << 1);
    CHECK(position == v8::Position{42, 3});
    CHECK(v8::position_of(0) == v8::Position{0, 0});
}

TEST_CASE("lines end as JavaScript has it", "[v8]") {
    CHECK(line_in("ab\ncd", 1) == 1);
    CHECK(line_in("ab\ncd", 2) == 1);
    CHECK(line_in("ab\ncd", 3) == 2);
    CHECK(line_in("ab\r\ncd\rx", 4) == 2);
    CHECK(line_in("ab\r\ncd\rx", 7) == 3);
    CHECK(line_in("", 5) == 1);
    LineEnds wide;
    wide.add(std::span(std::u16string_view(u"a\u2028b\nc")));
    CHECK(wide.line_of(2) == 2);
    CHECK(wide.line_of(4) == 3);
}

TEST_CASE("a line that ends between two parts of a source is counted once", "[v8]") {
    LineEnds lines;
    for (const std::string_view part : {"a\r", "\nb", "\r", "c"})
        lines.add(std::span(reinterpret_cast<const std::uint8_t*>(part.data()), part.size()));
    CHECK(lines.line_of(3) == 2);
    CHECK(lines.line_of(5) == 3);
}
