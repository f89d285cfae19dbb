// SPDX-License-Identifier: MIT
#include "core/hotspot/chunks.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/hotspot/line_cache.h"
#include "core/hotspot/virtual_threads.h"
#include "core/probe/memory_image.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::hotspot;

namespace {

constexpr std::uint64_t kChunk = 0x700000, kClass = 0x5000;

// A chunk of 20 words whose frames begin at 8 and end at 16, in a target where classes are not shifted.
struct Example {
    Example() {
        layout.klass = kClass;
        layout.size = 12;
        layout.pc = 16;
        layout.sp = 24;
        layout.bottom = 28;
        layout.parent = 40;
        layout.continuation = 44;
        layout.stack = 48;
        memory.put_word(kChunk, 1);
        put(8, kClass);
        put(12, 20);
        memory.put_word(kChunk + 16, 0x7f0000001000);
        put(24, 8);
        put(28, 16);
        for (unsigned i = 4; i < 6; ++i) memory.put_word(kChunk + 8 * i, 0);
        for (unsigned i = 0; i < 20; ++i) memory.put_word(kChunk + 48 + 8 * i, 100 + i);
        objects.begin(memory);
    }
    void put(std::uint64_t offset, std::uint32_t value) {
        memory.put(kChunk + offset, std::as_bytes(std::span(&value, 1)));
    }
    [[nodiscard]] std::optional<Chunk> read() const { return read_chunk(objects, layout, kChunk); }

    Layout machine{};
    ChunkLayout layout{};
    probe::MemoryImage memory{};
    Objects objects{machine};
};

}  // namespace

TEST_CASE("of a chunk the frames are copied, and two words below them", "[hotspot]") {
    const auto chunk = Example().read();
    REQUIRE(chunk);
    CHECK_FALSE(chunk->empty());
    CHECK(chunk->pc == 0x7f0000001000);
    CHECK(chunk->word(6) == 106);
    CHECK(chunk->word(19) == 119);
    CHECK_FALSE(chunk->word(5));
    CHECK_FALSE(chunk->word(20));
}

TEST_CASE("a chunk whose thread runs on is empty", "[hotspot]") {
    Example example;
    example.put(24, 16);
    REQUIRE(example.read());
    CHECK(example.read()->empty());
}

TEST_CASE("what is no chunk, was moved, or makes no sense, is not read", "[hotspot]") {
    Example other;
    other.put(8, kClass + 8);
    CHECK_FALSE(other.read());
    Example moved;
    moved.memory.put_word(kChunk, 0x800003);
    CHECK_FALSE(moved.read());
    Example long_one;
    long_one.put(28, 21);
    CHECK_FALSE(long_one.read());
    Example huge;
    huge.put(12, kMostChunk + 1);
    CHECK_FALSE(huge.read());
    Example cut;
    cut.put(12, 4000);
    CHECK_FALSE(cut.read());
}

TEST_CASE("a chunk whose code is not known gives no frames", "[hotspot]") {
    const Example example;
    CodeCache cache(example.machine);
    Methods methods(example.machine);
    methods.begin(example.memory);
    (void)cache.begin(example.memory);
    std::vector<runtime::FrameId> frames;
    CHECK_FALSE(ChunkFrames(cache, methods).add(*example.read(), frames));
    CHECK(frames.empty());
}

TEST_CASE("only states in which no carrier runs a virtual thread are waits", "[hotspot]") {
    CHECK(parked_state(4) == "park");
    CHECK(parked_state(7) == "park");
    CHECK(parked_state(13) == "monitor");
    CHECK(parked_state(16) == "wait");
    CHECK(parked_state(9) == "carrier");
    for (const std::int32_t state : {-1, 0, 1, 2, 3, 5, 10, 99, 1000}) CHECK_FALSE(parked_state(state));
}

TEST_CASE("lines of the heap are read anew once they are forgotten, others are kept", "[hotspot]") {
    probe::MemoryImage memory;
    for (unsigned i = 0; i < 64; ++i) memory.put_word(0x10000 + 8 * i, 1);
    for (unsigned i = 0; i < 64; ++i) memory.put_word(0x20000 + 8 * i, 1);
    LineCache cache(memory, 0x20000, 0x30000);
    const auto word = [&](std::uint64_t at) { return cache.get<std::uint64_t>(at).value(); };
    CHECK(word(0x10008) == 1);
    CHECK(word(0x20008) == 1);
    memory.put_word(0x10008, 2);
    memory.put_word(0x20008, 2);
    CHECK(word(0x20008) == 1);
    cache.forget_heap();
    CHECK(word(0x20008) == 2);
    CHECK(word(0x10008) == 1);
}

TEST_CASE("what lies across lines, or where a line is not mapped whole, is read by itself", "[hotspot]") {
    probe::MemoryImage memory;
    for (unsigned i = 0; i < 40; ++i) memory.put_word(0x10000 + 8 * i, i);
    const LineCache cache(memory, 0, 0);
    CHECK(cache.get<std::array<std::uint64_t, 2>>(0x100f8).value() == std::array<std::uint64_t, 2>{31, 32});
    CHECK(cache.get<std::uint64_t>(0x10130).value() == 38);
    CHECK_FALSE(cache.get<std::uint64_t>(0x10140));
}
