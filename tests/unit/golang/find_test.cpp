// SPDX-License-Identifier: MIT
// What is taken for the list of all goroutines, over a memory that was written by hand.
#include "core/golang/find.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/probe/data_scan.h"
#include "core/probe/memory_image.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::golang;

namespace {

constexpr std::uint64_t kSlice = 0x5'0000, kList = 0x10'0000, kRecords = 0x20'0000;
constexpr std::size_t kRecord = 512;

GLayout layout() { return layout_of(*parse_version("go1.22.3"))->g; }

// A list of `count` waiting goroutines with the numbers first_id, first_id + 1, ...
class Goroutines {
  public:
    Goroutines(std::size_t count, std::uint64_t first_id) : ids_(first_id) {
        image_.put_word(kSlice, kList);
        image_.put_word(kSlice + 8, count);
        image_.put_word(kSlice + 16, count);
        for (std::size_t i = 0; i < count; ++i) write(i);
    }

    void write(std::size_t i) {
        std::array<std::byte, kRecord> record{};
        const auto put = [&](std::size_t at, auto value) {
            std::memcpy(record.data() + at, &value, sizeof value);
        };
        const std::uint64_t stack = 0xC000'0000 + i * 0x1000;
        put(0, stack);
        put(8, stack + 2048);
        put(layout().status, std::uint32_t{4});
        put(layout().goid, ids_ + i);
        put(layout().sched_g, address(i));
        image_.put(address(i), record);
        image_.put_word(kList + i * 8, address(i));
    }
    static std::uint64_t address(std::size_t i) { return kRecords + i * kRecord; }

    [[nodiscard]] bool believed() const { return believable_allgs(image_, kSlice, layout()); }
    probe::MemoryImage& image() { return image_; }

  private:
    probe::MemoryImage image_{};
    std::uint64_t ids_;
};

}  // namespace

TEST_CASE("a list that begins with goroutine 1 is that of all goroutines", "[golang]") {
    CHECK(Goroutines(1, 1).believed());
    CHECK(Goroutines(40, 1).believed());
}

TEST_CASE("without goroutine 1 it takes four records that name themselves", "[golang]") {
    CHECK_FALSE(Goroutines(3, 17).believed());
    CHECK(Goroutines(4, 17).believed());
}

TEST_CASE("a record that names another one, or has no stack, is not a goroutine's", "[golang]") {
    Goroutines list(5, 1);
    list.image().put_word(Goroutines::address(2) + layout().sched_g, Goroutines::address(3));
    CHECK_FALSE(list.believed());
    list.write(2);
    CHECK(list.believed());
    list.image().put_word(Goroutines::address(4) + 8, 0);
    CHECK_FALSE(list.believed());
}

TEST_CASE("a list with a length beyond its capacity, or of a record that is not there, is refused",
          "[golang]") {
    Goroutines list(5, 1);
    list.image().put_word(kSlice + 16, 4);
    CHECK_FALSE(list.believed());
    list.image().put_word(kSlice + 16, 5);
    list.image().put_word(kList + 8, 0x7000'0000);
    CHECK_FALSE(list.believed());
}

TEST_CASE("a search passes over what is not there, and finds what is behind", "[golang]") {
    probe::MemoryImage image;
    const std::vector<std::byte> zeros(64);
    image.put(0x1000, zeros);
    image.put(0x9000, zeros);
    image.put_word(0x9010, 0x1234);
    std::vector<std::uint64_t> visited;
    const bool found =
        probe::scan_words(image, 0x1000, 0xA000, 16, [&](std::uint64_t at, probe::Bytes bytes) {
            visited.push_back(at);
            return bytes.number<std::uint64_t>(0) == 0x1234U;
        });
    CHECK(found);
    CHECK(visited.front() == 0x1000);
    CHECK(visited.back() == 0x9010);
    CHECK(visited.size() == 7 + 3);  // the last word that has 16 bytes is at 0x1030
    CHECK_FALSE(probe::scan_words(image, 0x1000, 0x9010, 16, [](std::uint64_t, probe::Bytes bytes) {
        return bytes.number<std::uint64_t>(0) == 0x1234U;
    }));
}
