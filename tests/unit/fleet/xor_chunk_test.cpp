// SPDX-License-Identifier: MIT
#include "core/fleet/xor_chunk.h"

#include <bit>
#include <string>
#include <vector>

#include "tests/catch.h"

namespace rampwatch::fleet {
namespace {

// Writes what XorChunk reads, after prometheus/tsdb/chunkenc/xor.go, for the test alone.
class Writer {
  public:
    explicit Writer(std::uint16_t count) { put(count, 16); }
    void put(std::uint64_t number, unsigned bits) {
        while (bits-- > 0) {
            if (used_ % 8 == 0) bytes_ += '\0';
            if ((number >> bits & 1) != 0)
                bytes_.back() = static_cast<char>(bytes_.back() | 1 << (7 - used_ % 8));
            ++used_;
        }
    }
    void varint(std::uint64_t number) {
        for (; number > 0x7f; number >>= 7) put((number & 0x7f) | 0x80, 8);
        put(number, 8);
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_{};
    std::size_t used_ = 0;
};

std::vector<Point> all(std::string_view bytes) {
    XorChunk chunk(bytes);
    std::vector<Point> points;
    while (true) {
        const auto point = chunk.next();
        REQUIRE(point);
        if (!point->has_value()) return points;
        points.push_back(**point);
    }
}

bool is_refused(std::string_view bytes) {
    XorChunk chunk(bytes);
    for (int i = 0; i < 70'000; ++i) {
        const auto point = chunk.next();
        if (!point) return true;
        if (!point->has_value()) return false;
    }
    return false;
}

TEST_CASE("times and values come back from each width of a delta", "[fleet]") {
    const std::vector<std::int64_t> changes = {0,     1,      -1,     8191,    8192,     -8191,
                                               65536, -65535, 524288, -524287, 1'000'000};
    Writer writer(static_cast<std::uint16_t>(changes.size() + 2));
    const std::uint64_t first = std::bit_cast<std::uint64_t>(12.0);
    writer.varint(static_cast<std::uint64_t>(1'000'000) << 1);
    writer.put(first, 64);
    writer.varint(2'000'000);
    writer.put(0, 1);  // the value stays
    std::int64_t delta = 2'000'000;
    std::int64_t time = 3'000'000;
    std::vector<Point> expected = {{1'000'000, 12}, {3'000'000, 12}};
    for (const std::int64_t change : changes) {
        const auto bits = static_cast<std::uint64_t>(change);
        if (change == 0) {
            writer.put(0, 1);
        } else if (change >= -8191 && change <= 8192) {
            writer.put(0b10, 2), writer.put(bits & 0x3fff, 14);
        } else if (change >= -65535 && change <= 65536) {
            writer.put(0b110, 3), writer.put(bits & 0x1ffff, 17);
        } else if (change >= -524287 && change <= 524288) {
            writer.put(0b1110, 4), writer.put(bits & 0xfffff, 20);
        } else {
            writer.put(0b1111, 4), writer.put(bits, 64);
        }
        writer.put(0, 1);
        delta += change;
        time += delta;
        expected.push_back({time, 12});
    }
    CHECK(all(writer.bytes()) == expected);
}

TEST_CASE("a value comes back from a window of its own and from the one before", "[fleet]") {
    const std::uint64_t a = std::bit_cast<std::uint64_t>(1.0), b = std::bit_cast<std::uint64_t>(1.5);
    Writer writer(3);
    writer.varint(0);
    writer.put(a, 64);
    writer.varint(10);
    writer.put(0b11, 2);
    writer.put(12, 5), writer.put(1, 6), writer.put((a ^ b) >> 51, 1);  // 1.0 and 1.5 differ in one bit
    writer.put(0, 1);
    writer.put(0b10, 2), writer.put(1, 1);
    CHECK(all(writer.bytes()) == std::vector<Point>{{0, 1.0}, {10, 1.5}, {20, 1.0}});
}

TEST_CASE("a damaged chunk is refused, and an endless one is not believed", "[fleet]") {
    Writer window(2);
    window.varint(0), window.put(0, 64), window.varint(1), window.put(0b10, 2), window.put(0xffff, 16);
    CHECK(is_refused(window.bytes()));  // a window where none was before
    Writer wide(2);
    wide.varint(0), wide.put(0, 64), wide.varint(1), wide.put(0b11, 2), wide.put(31, 5), wide.put(60, 6);
    wide.put(0, 64);
    CHECK(is_refused(wide.bytes()));  // 31 leading zeros and 60 bits are more than 64
    CHECK(is_refused(""));
    CHECK(is_refused("\xff"));
    CHECK(is_refused("\xff\xff"));
    CHECK(all(std::string_view("\0\0", 2)).empty());
}

}  // namespace
}  // namespace rampwatch::fleet
