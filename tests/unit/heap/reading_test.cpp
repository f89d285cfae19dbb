// SPDX-License-Identifier: MIT
#include "core/heap/reading.h"

#include <cstring>
#include <set>

#include "core/probe/memory_image.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::heap;

namespace {

constexpr std::uint64_t kStart = 0x10'0000'0000;

// A runtime whose objects are words: the word's low byte is its type, 0 is nothing.
class Words : public runtime::Runtime, public runtime::Blocks, public runtime::Holders {
  public:
    [[nodiscard]] std::string_view name() const override { return "words"; }
    [[nodiscard]] std::string version() const override { return {}; }
    [[nodiscard]] bool refresh(const runtime::Target&) override { return true; }
    runtime::Blocks* blocks() override { return this; }
    Frame name_of(runtime::FrameId) override { return {}; }
    runtime::TypeName name_of_type(runtime::TypeId type) override {
        return {runtime::TypeKind::type, "T" + std::to_string(type)};
    }
    [[nodiscard]] bool wants(const probe::Mapping& mapping) const override { return mapping.writable; }
    [[nodiscard]] unsigned block_shift() const override { return 2; }
    void read(const runtime::Block& block, runtime::Sink& sink) override {
        seen.insert(block.address);
        for (std::size_t i = 0; i < block.bytes.size(); i += 8) {
            const auto type = std::to_integer<runtime::TypeId>(block.bytes[i]);
            if (type != 0) sink.add(runtime::TypeRow{type, 1, 8});
        }
    }
    void end_window(runtime::Sink&, runtime::Budget&) override {}
    std::uint64_t mark() override { return 0; }
    bool moved_since(std::uint64_t) override { return moves-- > 0; }
    [[nodiscard]] std::string doubt() const override { return {}; }

    // --- Holders, who note what they are asked
    runtime::Holders* holders() override { return this; }
    bool seek(std::span<const runtime::Sought> all, runtime::Budget&) override {
        sought.assign(all.begin(), all.end());
        return true;
    }
    void search(const runtime::Block&, double stands_for) override { searched.push_back(stands_for); }
    std::optional<runtime::Held> held_by(runtime::TypeId type, runtime::Budget&) override {
        if (type != 1) return std::nullopt;
        return runtime::Held{"the first", 25, 0.9};
    }

    std::vector<runtime::Sought> sought{};
    std::vector<double> searched{};
    std::set<std::uint64_t> seen{};
    int moves = 0;
};

// Pages with one object each.
struct Heap {
    probe::MemoryImage image{};
    probe::PageSet pages{};
    std::uint64_t swapped = 0;

    void page(std::uint64_t number, unsigned char type) {
        std::vector<std::byte> bytes(probe::page_bytes());
        bytes[64] = static_cast<std::byte>(type);
        image.put(kStart + number * bytes.size(), bytes);
        pages.add({kStart / bytes.size() + number, 1});
    }
};

struct Process {
    explicit Process(const Heap& heap) : image(heap.image), known(heap.pages) {
        probe::Mapping mapping;
        mapping.start = kStart;
        mapping.end = kStart + (std::uint64_t{1} << 32);
        mapping.readable = mapping.writable = true;
        maps.mappings = {mapping};
    }
    [[nodiscard]] runtime::Target target() const {
        return {image, maps, &known, tids, probe::Arch::x86_64, {}};
    }
    const probe::MemoryImage& image;
    probe::KnownPages known;
    probe::Maps maps{};
    probe::NamespaceTids tids{};
};

double count_of(const HeapTypes& types, const std::string& name) {
    for (const HeapType& type : types.types) {
        if (type.name == name) return type.count.value;
    }
    return 0;
}

}  // namespace

TEST_CASE("a heap that is read whole is told exactly, and only pages that exist are read", "[heap]") {
    Heap heap;
    for (std::uint64_t i = 0; i < 400; i += 3) heap.page(i, i % 2 == 0 ? 1 : 2);
    const Process process(heap);
    Words words;

    const auto reading = read_now(words, process.target(), {});

    REQUIRE(reading);
    CHECK(count_of(reading->types, "T1") == 67);
    CHECK(count_of(reading->types, "T2") == 67);
    CHECK(reading->types.types[0].count.half == 0);
    CHECK(reading->types.resident_bytes == 134 * static_cast<std::int64_t>(probe::page_bytes()));
    CHECK(reading->types.sampled_bytes >= reading->types.resident_bytes);
    CHECK(reading->snapshot.sampled.size() == 100);
}

TEST_CASE("growth is what came in new pages and in old ones, less what went", "[heap]") {
    Heap before, now;
    for (std::uint64_t i = 0; i < 40; ++i) before.page(i, 1);
    for (std::uint64_t i = 0; i < 40; ++i) {
        if (i >= 8 && i < 12) continue;          // a block is gone: four less
        now.page(i, i >= 20 && i < 25 ? 3 : 1);  // five are others now
    }
    for (std::uint64_t i = 1000; i < 1030; ++i) now.page(i, 2);  // new blocks
    Words words;
    const Process old(before), young(now);
    const auto first = read_now(words, old.target(), {});
    REQUIRE(first);

    const auto growth = read_growth(words, young.target(), first->snapshot, {});

    REQUIRE(growth);
    CHECK(count_of(*growth, "T2") == 30);
    CHECK(count_of(*growth, "T3") == 5);
    CHECK(count_of(*growth, "T1") == 0);  // it shrank: not told
    CHECK(growth->new_bytes == 35 * 8);
    CHECK(growth->since == first->snapshot.wall);
}

TEST_CASE("growth against a baseline of another reader is refused", "[heap]") {
    Heap heap;
    heap.page(0, 1);
    const Process process(heap);
    Words words;
    auto first = read_now(words, process.target(), {});
    REQUIRE(first);
    first->snapshot.reader = "another";
    CHECK(read_growth(words, process.target(), first->snapshot, {}).error().kind == Error::Kind::bad_input);
}

TEST_CASE("without a pagemap nothing at all is read", "[heap]") {
    Heap heap;
    heap.page(0, 1);
    const Process process(heap);
    const runtime::Target blind{process.image, process.maps, nullptr, process.tids, probe::Arch::x86_64, {}};
    Words words;
    CHECK(read_now(words, blind, {}).error().kind == Error::Kind::no_permission);
    CHECK(words.seen.empty());
}

TEST_CASE("a heap larger than the budget is sampled, a spent budget is said", "[heap]") {
    Heap heap;
    for (std::uint64_t i = 0; i < 8000; ++i) heap.page(i, 1);
    const Process process(heap);
    Words words;
    Settings settings;
    settings.sample_bytes = 2 << 20;

    const auto reading = read_now(words, process.target(), settings);
    REQUIRE(reading);
    CHECK(words.seen.size() == 128);
    CHECK(count_of(reading->types, "T1") == Approx(8000));

    settings.wall = std::chrono::nanoseconds(0);
    const auto none = read_now(words, process.target(), settings);
    REQUIRE(none);
    CHECK(none->types.types.empty());
    CHECK(none->types.notes.size() == 1);
}

TEST_CASE("a heap that a collector moved meanwhile is read once more, not for ever", "[heap]") {
    Heap heap;
    heap.page(0, 1);
    const Process process(heap);
    Words words;
    words.moves = 1000;
    REQUIRE(read_now(words, process.target(), {}));
    CHECK(words.moves == 999);
}

TEST_CASE("who holds the biggest types is asked of the same blocks, read once more", "[heap]") {
    Heap heap;
    for (std::uint64_t i = 0; i < 8000; ++i) heap.page(i, i % 40 == 0 ? 3 : i % 3 == 0 ? 2 : 1);
    const Process process(heap);
    Words words;
    Settings settings;
    settings.sample_bytes = 2 << 20;

    const auto reading = read_now(words, process.target(), settings);

    REQUIRE(reading);
    REQUIRE(words.sought.size() == 2);  // the third is too small
    CHECK(words.sought[0].type == 1);
    CHECK(words.searched.size() == 128);
    for (const double stands_for : words.searched) CHECK(stands_for == Approx(2000.0 / 128));
    CHECK(reading->types.types[0].held_by == HeapHolder{"the first", 25, 0.9});
    CHECK_FALSE(reading->types.types[1].held_by);

    words.searched.clear();
    settings.holders = false;
    REQUIRE(read_now(words, process.target(), settings));
    CHECK(words.searched.empty());
}
