// SPDX-License-Identifier: MIT
// The whole way from bytes to a type's row, on a process that is an image: a heap of malloc's chunks and a
// library with type information, both made here.
#include "core/cxx/glibc_heap.h"

#include <cmath>
#include <cstring>
#include <random>

#include "core/heap/reading.h"
#include "core/probe/memory_image.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::cxx;

namespace {

constexpr std::uint64_t kHeap = 0x5555'0000'0000, kLibrary = 0x7f00'0000'0000;
constexpr std::uint64_t kHeapSize = 64 * 4096, kLibrarySize = 4 * 4096;
constexpr std::uint64_t kSession = kLibrary + 0x510;  // what an object of it begins with

probe::Mapping mapping(std::uint64_t start, std::uint64_t size, const std::string& path) {
    probe::Mapping made;
    made.start = start;
    made.end = start + size;
    made.readable = true;
    made.path = path;
    return made;
}

struct Made {
    std::vector<std::uint64_t> words = std::vector<std::uint64_t>(kHeapSize / 8);  // of the heap
    std::size_t sessions = 0;
    std::size_t at = 0;

    void chunk(std::uint64_t size, std::uint64_t first, std::uint64_t second) {
        words[at / 8 + 1] = size | 1;
        words[at / 8 + 2] = first;
        words[at / 8 + 3] = second;
        at += size;
    }
    Made() {
        std::uint64_t letters = 0;
        std::memcpy(&letters, "a letter", 8);
        while (at + 512 < kHeapSize) {
            chunk(48, kSession, kHeap + at + 48 + 16);  // leads to the text behind it
            words[at / 8 - 1] = 0;
            chunk(80, letters, letters);
            ++sessions;
        }
        words[at / 8 + 1] = (kHeapSize - at) | 1;  // the top
    }
};

// Type information as a compiler lays it out.
void put_library(probe::MemoryImage& image) {
    image.put(kLibrary, std::vector<std::byte>(kLibrarySize));
    const std::uint64_t abi = kLibrary + 0x110, code = kLibrary + 0x3010;
    image.put_word(abi - 8, kLibrary + 0x200);
    image.put_word(abi, code);
    image.put_word(kLibrary + 0x200, abi);
    image.put_word(kLibrary + 0x208, kLibrary + 0x300);
    image.put_text(kLibrary + 0x300, "N10__cxxabiv117__class_type_infoE");
    image.put_word(kLibrary + 0x400, abi);
    image.put_word(kLibrary + 0x408, kLibrary + 0x480);
    image.put_text(kLibrary + 0x480, "N4shop7SessionE");
    image.put_word(kSession - 8, kLibrary + 0x400);
    image.put_word(kSession, code);
}

class Process {
  public:
    explicit Process(const std::vector<std::uint64_t>& heap) : known_(pages()) {
        put_library(image);
        image.put(kHeap, std::as_bytes(std::span(heap)));
        maps_.mappings = {mapping(kHeap, kHeapSize, "[heap]"), mapping(kLibrary, 3 * 4096, "/lib/libc.so.6"),
                          mapping(kLibrary + 3 * 4096, 4096, "/lib/libc.so.6")};
        maps_.mappings[0].writable = true;
        maps_.mappings[1].inode = maps_.mappings[2].inode = 1;
        maps_.mappings[2].executable = true;
    }
    [[nodiscard]] runtime::Target target() const {
        return {image, maps_, &known_, tids_, probe::Arch::x86_64, {}};
    }
    Result<heap::Reading> read() const {
        runtime::Budget budget =
            runtime::budget_of(1 << 20, std::chrono::seconds(5), std::chrono::seconds(5));
        const runtime::Target there = target();
        const auto attached = glibc_entry().attach(there, budget);
        if (!attached) return attached.error();
        return heap::read_now(**attached, there, {});
    }
    probe::MemoryImage image{};
    probe::Maps& maps() { return maps_; }

  private:
    static probe::PageSet pages() {
        probe::PageSet set;
        set.add({kHeap / 4096, kHeapSize / 4096});
        set.add({kLibrary / 4096, kLibrarySize / 4096});
        return set;
    }
    probe::KnownPages known_;
    probe::Maps maps_{};
    probe::NamespaceTids tids_{};
};

}  // namespace

TEST_CASE("objects in an image of a heap are counted, with the text that they own", "[cxx]") {
    const Made made;
    const auto reading = Process(made.words).read();
    REQUIRE(reading);
    REQUIRE_FALSE(reading->types.types.empty());
    const HeapType& top = reading->types.types.front();
    CHECK(top.name == "shop::Session");
    CHECK(top.count.value == static_cast<double>(made.sessions));
    CHECK(top.own_bytes == 48.0 * static_cast<double>(made.sessions));
    REQUIRE(top.owned.size() == 1);
    CHECK(top.owned[0].kind == HeapKind::text);
    CHECK(top.owned[0].offset == 8);
    CHECK(top.owned[0].bytes_each == Approx(80).epsilon(0.05));
}

TEST_CASE("chunks that the next one calls free are free, whatever they begin with", "[cxx]") {
    Made made;
    for (std::size_t session = 10; session < 20; ++session) {
        const std::size_t next = session * 128 + 48;
        made.words[next / 8] = 48;      // prev_size
        made.words[next / 8 + 1] = 80;  // without the flag that the one before is used
    }
    const auto reading = Process(made.words).read();
    REQUIRE(reading);
    CHECK(reading->types.types.front().count.value == static_cast<double>(made.sessions - 10));
    CHECK(reading->types.free_bytes.value == 10 * 48 + static_cast<double>(kHeapSize - made.at));
}

TEST_CASE("another allocator is refused by its name", "[cxx]") {
    const Made made;
    Process process(made.words);
    process.maps().mappings[2].path = "/usr/lib/libjemalloc.so.2";
    const auto refused = process.read();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::unavailable);
    CHECK(refused.error().what.find("jemalloc") != std::string::npos);
}

TEST_CASE("a heap and a library of any bytes are read without harm", "[cxx]") {
    std::mt19937_64 random(1);
    const Made made;
    for (int round = 0; round < 60; ++round) {
        auto words = made.words;
        for (int i = 0; i < 50 * round; ++i) {
            const std::uint64_t kinds[] = {random(), kHeap + random() % kHeapSize / 16 * 16,
                                           kLibrary + random() % kLibrarySize / 8 * 8, random() % 4096};
            words[random() % words.size()] = kinds[random() % 4];
        }
        Process process(words);
        for (int i = 0; i < 4 * round; ++i)
            process.image.put_word(kLibrary + random() % 0x600 / 8 * 8,
                                   kLibrary + random() % kLibrarySize / 8 * 8);
        const auto reading = process.read();
        REQUIRE(reading);
        for (const HeapType& type : reading->types.types) {
            CHECK(std::isfinite(type.bytes.value));
            CHECK(type.own_bytes <= 2.0 * kHeapSize);
        }
    }
}
