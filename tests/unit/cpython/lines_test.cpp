// SPDX-License-Identifier: MIT
#include "core/cpython/lines.h"

#include <random>
#include <string_view>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch::cpython;

namespace {

// The tables below are those of this function, whose `def` stands in line 1, as each version compiled it:
//     def f(a):
//         x = a
//
//         return g(x,
//                  a)
std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> table;
    for (const int value : values) table.push_back(static_cast<std::byte>(value));
    return table;
}

}  // namespace

TEST_CASE("a line holds from its address to the next pair's, up to Python 3.9", "[cpython]") {
    const auto table = bytes({0, 1, 4, 2, 4, 1, 2, 255});  // 3.9.18
    CHECK(line_at(LineTable::pairs, table, 1, -1) == 1);
    CHECK(line_at(LineTable::pairs, table, 1, 0) == 2);
    CHECK(line_at(LineTable::pairs, table, 1, 2) == 2);
    CHECK(line_at(LineTable::pairs, table, 1, 4) == 4);
    CHECK(line_at(LineTable::pairs, table, 1, 8) == 5);
    CHECK(line_at(LineTable::pairs, table, 1, 10) == 4);
}

TEST_CASE("a pair is a range of bytecode in Python 3.10, and may have no line", "[cpython]") {
    const auto table = bytes({4, 1, 4, 2, 2, 1, 2, 128, 4, 255});
    CHECK(line_at(LineTable::ranges, table, 1, 0) == 2);
    CHECK(line_at(LineTable::ranges, table, 1, 6) == 4);
    CHECK(line_at(LineTable::ranges, table, 1, 8) == 5);
    CHECK_FALSE(line_at(LineTable::ranges, table, 1, 10));
    CHECK(line_at(LineTable::ranges, table, 1, 12) == 4);
    CHECK_FALSE(line_at(LineTable::ranges, table, 1, 16));
}

TEST_CASE("every kind of entry of a table of locations moves the line as it says", "[cpython]") {
    const auto table = bytes({
        0x80 | (15 << 3) | 0,                       // 2 bytes without a line
        0x80 | (11 << 3) | 1, 4, 5,                 // 4 bytes, one line on, two columns
        0x80 | (3 << 3) | 0, 0x12,                  // 2 bytes, the same line
        0x80 | (13 << 3) | 0, 0x05,                 // 2 bytes, svarint -2
        0x80 | (14 << 3) | 0, 0x48, 0x04, 0, 1, 1,  // 2 bytes, svarint of two bytes (132), end line, columns
    });
    CHECK_FALSE(line_at(LineTable::locations, table, 10, 0));
    CHECK(line_at(LineTable::locations, table, 10, 2) == 11);
    CHECK(line_at(LineTable::locations, table, 10, 4) == 11);
    CHECK(line_at(LineTable::locations, table, 10, 6) == 11);
    CHECK(line_at(LineTable::locations, table, 10, 8) == 9);
    CHECK(line_at(LineTable::locations, table, 10, 10) == 141);
    CHECK_FALSE(line_at(LineTable::locations, table, 10, 12));
}

TEST_CASE("a line table of noise gives a line in range or none", "[cpython]") {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::byte> table(random() % 40);
        for (std::byte& byte : table) byte = static_cast<std::byte>(random());
        for (const LineTable kind : {LineTable::pairs, LineTable::ranges, LineTable::locations}) {
            const auto line = line_at(kind, table, static_cast<std::int32_t>(random()),
                                      static_cast<std::int64_t>(random() % 100));
            CHECK((!line || (*line >= 0 && *line < std::int64_t{1} << 31)));
        }
    }
}
