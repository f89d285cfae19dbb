// SPDX-License-Identifier: MIT
// Counters of a Java machine, out of memory that a test wrote.
#include "core/hotspot/perf_counters.h"

#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "core/hotspot/heap_figures.h"
#include "core/probe/memory_image.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::hotspot;

namespace {

constexpr std::uint64_t kStatics = 0x10000, kStart = 0x7f0000000000;
constexpr CounterLayout kLayout{kStatics, kStatics + 8};

// What HotSpot writes, entry behind entry.
class Counters {
  public:
    Counters() : bytes_(32) {
        const unsigned char head[] = {0xca, 0xfe, 0xc0, 0xc0, 1, 2, 0, 1};
        std::memcpy(bytes_.data(), head, sizeof head);
        set(24, 32);
    }
    Counters& number(const std::string& name, std::int64_t value) {
        const std::size_t at = bytes_.size(), data = (20 + name.size() + 1 + 7) / 8 * 8;
        bytes_.resize(at + data + 8);
        set(at, static_cast<std::uint32_t>(data + 8));
        set(at + 4, 20);
        set(at + 16, static_cast<std::uint32_t>(data));
        bytes_[at + 12] = 'J';
        std::memcpy(&bytes_[at + 20], name.data(), name.size());
        std::memcpy(&bytes_[at + data], &value, sizeof value);
        set(28, ++count_);
        return *this;
    }
    void set(std::size_t at, std::uint32_t value) { std::memcpy(&bytes_[at], &value, sizeof value); }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

    [[nodiscard]] probe::MemoryImage image() const {
        probe::MemoryImage image;
        image.put_word(kStatics, kStart);
        image.put_word(kStatics + 8, kStart + bytes_.size());
        image.put(kStart, std::as_bytes(std::span(bytes_)));
        return image;
    }
    [[nodiscard]] PerfCounters read() const {
        const probe::MemoryImage memory = image();
        auto counters = PerfCounters::read(memory, kLayout);
        REQUIRE(counters);
        return *counters;
    }

  private:
    std::vector<unsigned char> bytes_;
    std::uint32_t count_ = 0;
};

Counters of_g1() {
    Counters counters;
    counters.number("sun.gc.generation.0.capacity", 100)
        .number("sun.gc.generation.0.space.0.used", 1)
        .number("sun.gc.generation.0.space.1.used", 2)
        .number("sun.gc.generation.0.space.2.used", 4)
        .number("sun.gc.generation.1.capacity", 300)
        .number("sun.gc.generation.1.space.0.used", 200)
        .number("sun.gc.collector.0.invocations", 9)
        .number("sun.gc.collector.1.invocations", 1)
        .number("sun.gc.collector.2.invocations", 6)
        .number("sun.gc.metaspace.capacity", 50);
    return counters;
}

}  // namespace

TEST_CASE("a Java machine's counters are found by name, where they lie and what they say", "[hotspot]") {
    Counters written;
    written.number("a", 7).number("sun.gc.collector.1.invocations", 41).number("below", -1);
    const PerfCounters counters = written.read();
    CHECK(counters.number("sun.gc.collector.1.invocations") == 41);
    CHECK(counters.address("a") == kStart + 32 + 24);
    CHECK(counters.address("sun.gc") == 0);
    CHECK_FALSE(counters.number("below").has_value());
}

TEST_CASE("a Java machine that keeps no counters, and one that says what is none, are told apart",
          "[hotspot]") {
    probe::MemoryImage nothing;
    nothing.put_word(kStatics, 0);
    nothing.put_word(kStatics + 8, 0);
    CHECK(PerfCounters::read(nothing, kLayout).error().kind == Error::Kind::not_found);
    Counters other = of_g1();
    other.set(0, 0x12345678);
    CHECK(PerfCounters::read(other.image(), kLayout).error().what == "check failed: its counters");
    probe::MemoryImage huge = of_g1().image();
    huge.put_word(kStatics + 8, kStart + PerfCounters::kMostBytes + 8);
    CHECK(PerfCounters::read(huge, kLayout).error().kind == Error::Kind::bad_input);
}

TEST_CASE("an entry that is longer than all, or of no length, ends the counters before it", "[hotspot]") {
    for (const std::uint32_t length : {0U, 19U, 0xfffffff0U, 0x7fffffffU}) {
        Counters written;
        written.number("first", 1);
        const std::size_t second = written.size();
        written.number("second", 2).number("third", 3);
        written.set(second, length);
        const PerfCounters counters = written.read();
        CHECK(counters.number("first") == 1);
        CHECK(counters.address("second") == 0);
        CHECK(counters.address("third") == 0);
    }
}

TEST_CASE("counters whose bytes were changed are read to an end", "[hotspot]") {
    std::mt19937 random(5);
    const std::size_t size = of_g1().size();
    for (int round = 0; round < 2000; ++round) {
        Counters changed = of_g1();
        for (int i = 0; i < 3; ++i)
            changed.set(24 + random() % ((size - 28) / 4) * 4, static_cast<std::uint32_t>(random()));
        const probe::MemoryImage memory = changed.image();
        const auto counters = PerfCounters::read(memory, kLayout);
        if (!counters) continue;
        for (const auto& word : collected_words(Collector::g1, *counters)) {
            CHECK(word.used_at >= kStart);
            CHECK(word.used_at + 8 <= kStart + size);
        }
    }
}

TEST_CASE("of G1 the old generation is watched with three counters, of Serial with two, of ZGC not at all",
          "[hotspot]") {
    const PerfCounters counters = of_g1().read();
    const auto g1 = collected_words(Collector::g1, counters);
    REQUIRE(g1.size() == 1);
    CHECK(g1[0].left == Series::java_old);
    CHECK(g1[0].used_at == counters.address("sun.gc.generation.1.space.0.used"));
    CHECK(g1[0].whole == counters.address("sun.gc.collector.1.invocations"));
    CHECK(g1[0].marks == counters.address("sun.gc.collector.2.invocations"));
    CHECK(g1[0].parts == counters.address("sun.gc.collector.0.invocations"));
    const auto serial = collected_words(Collector::serial, counters);
    REQUIRE(serial.size() == 1);
    CHECK(serial[0].marks == 0);
    CHECK(serial[0].room_at == counters.address("sun.gc.generation.0.capacity"));
    CHECK(collected_words(Collector::z, counters).empty());
    CHECK(collected_words(Collector::shenandoah, counters).empty());
}

TEST_CASE("figures of a Java heap are sums of what its spaces say, and unknown where they say nothing",
          "[hotspot]") {
    const RuntimeHeap heap = figures_of({.collector = Collector::g1}, of_g1().read());
    CHECK(heap.collector == "G1");
    CHECK(heap.used == 207);
    CHECK(heap.old_used == 200);
    CHECK(heap.committed == 400);
    CHECK(heap.classes == 50);
    CHECK_FALSE(figures_of({.collector = Collector::z}, of_g1().read()).old_used.has_value());
    Counters few;
    few.number("other", 1);
    CHECK_FALSE(figures_of({}, few.read()).used.has_value());
}
