// SPDX-License-Identifier: MIT
#include "core/hotspot/packed.h"

#include <initializer_list>
#include <limits>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch::hotspot;

namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> made;
    for (const int value : values) made.push_back(static_cast<std::byte>(value));
    return made;
}

std::optional<std::uint32_t> first(std::initializer_list<int> values, int version) {
    const auto made = bytes(values);
    return PackedNumbers(made, version).next();
}

}  // namespace

TEST_CASE("a packed number goes on while its bytes are 192 or more", "[hotspot]") {
    CHECK(first({0}, 17) == 0);
    CHECK(first({191}, 17) == 191);
    CHECK(first({192, 0}, 17) == 192);
    CHECK(first({192, 1}, 17) == 256);
    CHECK(first({255, 255, 255, 255, 3}, 17).has_value());
    CHECK_FALSE(first({192}, 17));
    CHECK_FALSE(first({}, 17));
}

TEST_CASE("from Java 20 on no byte of a packed number is 0", "[hotspot]") {
    CHECK(first({1}, 25) == 0);
    CHECK(first({191}, 25) == 190);
    CHECK(first({192, 1}, 25) == 191);
    CHECK_FALSE(first({0}, 25));
    CHECK_FALSE(first({192, 0}, 25));
}

TEST_CASE("a number of five bytes ends, whatever the last one is", "[hotspot]") {
    const auto made = bytes({255, 255, 255, 255, 255, 7});
    PackedNumbers numbers(made, 17);
    CHECK(numbers.next());
    CHECK(numbers.next() == 7);
}

TEST_CASE("a line holds from its bytecode on, up to the next one's", "[hotspot]") {
    // bci 0 line 10, bci 4 line 11, bci 9 line 13: (delta bci << 3 | delta line), the first by an escape
    const auto table = bytes({0xff, 0, 20, 4 << 3 | 1, 5 << 3 | 2, 0});
    CHECK(line_of(table, 17, 0) == 10);
    CHECK(line_of(table, 17, 3) == 10);
    CHECK(line_of(table, 17, 4) == 11);
    CHECK(line_of(table, 17, 8) == 11);
    CHECK(line_of(table, 17, 9) == 13);
    CHECK(line_of(table, 17, 60'000) == 13);
}

TEST_CASE("a line table that is cut off, or begins behind the bytecode, tells no line", "[hotspot]") {
    CHECK_FALSE(line_of({}, 17, 0));
    CHECK_FALSE(line_of(bytes({4 << 3 | 1}), 17, 9));
    CHECK_FALSE(line_of(bytes({0xff, 0}), 17, 0));
    CHECK_FALSE(line_of(bytes({4 << 3 | 1, 0}), 17, 3));
    CHECK_FALSE(line_of(bytes({0}), 17, 0));
}

TEST_CASE("lines go back where a loop's head is written behind its body", "[hotspot]") {
    // bci 0 line 5, bci 2 line 9, bci 6 line 4 (by an escape: +4, -5)
    const auto table = bytes({0xff, 0, 10, 2 << 3 | 4, 0xff, 8, 9, 0});
    CHECK(line_of(table, 17, 5) == 9);
    CHECK(line_of(table, 17, 6) == 4);
}
