// SPDX-License-Identifier: MIT
#include "core/heap/snapshot.h"

#include <random>

#include "core/heap/types_bytes.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::heap;
using runtime::TypeKind;

namespace {

Snapshot example() {
    Snapshot snapshot;
    snapshot.life.pid = 4711;
    snapshot.life.start_ticks = 12'345'678;
    snapshot.life.boot_id = "9f1c";
    snapshot.reader = "C and C++ on glibc";
    snapshot.wall = std::chrono::hours(1);
    snapshot.block_shift = 2;
    snapshot.resident_pages = 999;
    snapshot.blocks.add({1000, 500});
    snapshot.blocks.add({1ULL << 33, 70'000});
    snapshot.covered = 70'500;
    snapshot.sampled = {1000, 1400, (1ULL << 33) + 5};
    snapshot.types = {{TypeKind::type, "shop::Session"}, {TypeKind::free, "free"}};
    snapshot.cells = {{0, 0, 12, 960}, {1, 0, 3, 16'384}, {0, 2, 1, 80}};
    return snapshot;
}

}  // namespace

TEST_CASE("a baseline comes back from its bytes as it was", "[heap]") {
    const Snapshot before = example();
    const auto after = snapshot_of(to_bytes(before));
    REQUIRE(after);
    CHECK(is_same_process(after->life, before.life));
    CHECK(after->reader == before.reader);
    CHECK(after->wall == before.wall);
    CHECK(after->blocks == before.blocks);
    CHECK(after->covered == before.covered);
    CHECK(after->sampled == before.sampled);
    CHECK(after->cells == before.cells);
    REQUIRE(after->types.size() == 2);
    CHECK(after->types[0].name == "shop::Session");
    CHECK(after->types[1].kind == TypeKind::free);
}

TEST_CASE("a baseline that is cut anywhere is refused, a damaged one never trusted", "[heap]") {
    const auto bytes = to_bytes(example());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(snapshot_of(std::span(bytes).first(size)));
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        auto damaged = bytes;
        damaged[17 + random() % (damaged.size() - 17)] = static_cast<std::byte>(random());
        const auto read = snapshot_of(damaged);
        if (!read) continue;
        CHECK(read->sampled.size() <= read->covered);
        for (const Cell& cell : read->cells) {
            CHECK(cell.key < read->types.size());
            CHECK(cell.sample < read->sampled.size());
        }
    }
}

TEST_CASE("a baseline that would be too large is made coarser", "[heap]") {
    Snapshot large = example();
    large.blocks = {};
    large.blocks.add({0, 300'000});
    large.covered = 300'000;
    large.sampled.clear();
    large.cells.clear();
    for (std::uint32_t i = 0; i < 300'000; ++i) {
        large.sampled.push_back(i);
        for (std::uint32_t k = 0; k < 5; ++k) large.cells.push_back({k % 2, i, 100'000, 300'000});
    }
    const auto bytes = to_bytes(large);
    CHECK(bytes.size() <= kMostSnapshot);
    const auto read = snapshot_of(bytes);
    REQUIRE(read);
    CHECK(read->sampled.size() >= 75'000);
    CHECK(read->sampled.size() < 300'000);
    CHECK(read->cells.back().sample == read->sampled.size() - 1);
}

TEST_CASE("what a child read arrives as it was, and damaged bytes are refused or bounded", "[heap]") {
    HeapTypes types;
    types.reader = "C and C++ on glibc";
    types.since = std::chrono::seconds(5);
    types.types.push_back({HeapKind::type,
                           "shop::Session",
                           {100, 3},
                           {8000, 240},
                           80,
                           true,
                           {{HeapKind::text, "text", 16, 40.5}, {HeapKind::chunk, "48 B", std::nullopt, 48}},
                           "x at +8"});
    types.types.back().held_by = HeapHolder{"static variable shop::sessions", 131, 0.97};
    types.notes = {"Something was left out."};
    const auto bytes = types_to_bytes(types);
    const auto read = types_of_bytes(bytes);
    REQUIRE(read);
    CHECK(*read == types);

    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(types_of_bytes(std::span(bytes).first(size)));
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        auto damaged = bytes;
        damaged[random() % damaged.size()] = static_cast<std::byte>(random());
        const auto other = types_of_bytes(damaged);
        if (other) CHECK(other->types.size() <= kMostHeapTypes);
    }
}
