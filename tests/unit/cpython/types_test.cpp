// SPDX-License-Identifier: MIT
#include "core/cpython/types.h"

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "core/probe/memory_image.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::cpython;

namespace {

constexpr std::uint64_t kTypeType = 0x500000, kSession = 0x600000, kPoolAt = 0x7000000;

// type, whose type is type, and Session, whose instances the collector knows.
probe::MemoryImage with_types() {
    probe::MemoryImage image;
    const auto put_type = [&](std::uint64_t at, const char* name, std::uint64_t flags) {
        image.put(at, std::vector<std::byte>(176));
        image.put_word(at, 5);
        image.put_word(at + 8, kTypeType);
        image.put_word(at + 24, at + 0x1000);
        image.put_word(at + 32, 32);
        image.put_word(at + 168, flags);
        image.put_text(at + 0x1000, name);
        image.put(at + 0x1000 + 64, std::vector<std::byte>(64));
    };
    put_type(kTypeType, "type", 1U << 31 | 1U << 12);
    put_type(kSession, "Session", 1U << 14 | 1U << 12);
    return image;
}

// A pool of 16 KiB with blocks of 64 bytes, of which `used` are Sessions, and behind them `freed` are free.
std::vector<std::byte> pool_of(std::uint32_t used, std::uint32_t freed) {
    std::vector<std::byte> bytes(16384);
    const auto put32 = [&](std::size_t at, std::uint32_t value) { std::memcpy(&bytes[at], &value, 4); };
    const auto put64 = [&](std::size_t at, std::uint64_t value) { std::memcpy(&bytes[at], &value, 8); };
    put32(0, used);
    put32(36, 3);
    put32(40, 48 + (used + freed) * 64);
    put32(44, 16384 - 64);
    for (std::uint32_t i = 0; i < used + freed; ++i) {
        const std::size_t at = 48 + i * std::size_t{64};
        put64(at + 16, i < used ? 1 : 0);
        put64(at + 24, kSession);  // a dead object keeps its type
        if (i >= used) put64(at, i + 1 < used + freed ? kPoolAt + at + 64 : 0);
    }
    if (freed > 0) put64(8, kPoolAt + 48 + used * std::uint64_t{64});
    return bytes;
}

class Rows : public runtime::Sink {
  public:
    void add(const runtime::Task&) override {}
    void add(const runtime::TypeRow& row) override {
        rows[row.type].count += row.count;
        rows[row.type].bytes += row.bytes;
    }
    std::map<runtime::TypeId, runtime::TypeRow> rows{};
};

std::map<std::string, runtime::TypeRow> read(const std::vector<std::byte>& bytes) {
    const probe::MemoryImage image = with_types();
    Types types;
    types.begin(image, kTypeType);
    const Layout layout = *layout_by_table({3, 11});
    HeapBlocks blocks(layout, types);
    Rows sink;
    blocks.read({kPoolAt, bytes, {}, nullptr}, sink);
    std::map<std::string, runtime::TypeRow> named;
    for (const auto& [type, row] : sink.rows) named[types.name_of(type).name] = row;
    return named;
}

}  // namespace

TEST_CASE("a pool's objects are counted by type with what the allocator holds for each", "[cpython]") {
    const auto rows = read(pool_of(100, 30));
    // The first two sightings of a type are not looked up.
    CHECK(rows.at("Session").count == 98);
    CHECK(rows.at("Session").bytes == 98 * 64);
    CHECK(rows.at("free blocks of pools").count == 255 - 100);
    CHECK(rows.at("free blocks of pools").bytes == (255 - 100) * 64);
}

TEST_CASE("a block that was freed is free, though its type can still be read", "[cpython]") {
    CHECK(read(pool_of(3, 200)).at("Session").count == 1);
}

TEST_CASE("what only looks like a pool is none", "[cpython]") {
    auto bytes = pool_of(10, 0);
    CHECK(pool_at(kPoolAt, bytes));
    CHECK_FALSE(pool_at(kPoolAt + 4096 + 16, bytes));
    const std::uint32_t too_many = 11;
    std::memcpy(bytes.data(), &too_many, 4);
    CHECK_FALSE(pool_at(kPoolAt, bytes));
    CHECK_FALSE(pool_at(kPoolAt, std::span(bytes).first(40)));
}

TEST_CASE("a chain of free blocks that leads in a circle or away ends", "[cpython]") {
    auto bytes = pool_of(10, 5);
    const std::uint64_t first = kPoolAt + 48 + 10 * 64;
    std::memcpy(&bytes[48 + 10 * 64], &first, 8);
    CHECK(read(bytes).at("free blocks of pools").count == 255 - 15 + 1);
    const std::uint64_t away = 0x1234;
    std::memcpy(&bytes[48 + 10 * 64], &away, 8);
    CHECK(read(bytes).at("free blocks of pools").count == 255 - 15 + 1);
}

TEST_CASE("a dict's table is known by the size that its header asks for", "[cpython]") {
    std::vector<std::byte> table(512);
    const std::uint64_t one = 1, usable = 5, entries = 0;
    std::memcpy(table.data(), &one, 8);
    table[8] = table[9] = std::byte{3};
    std::memcpy(&table[16], &usable, 8);
    std::memcpy(&table[24], &entries, 8);
    const Layout layout = *layout_by_table({3, 11});
    CHECK(is_dict_table(layout, table, 32 + 8 + 5 * 24));
    CHECK_FALSE(is_dict_table(layout, table, 500));
    CHECK_FALSE(is_dict_table(layout, table, 64));
    const std::uint64_t more = 9;
    std::memcpy(&table[16], &more, 8);
    CHECK_FALSE(is_dict_table(layout, table, 32 + 8 + 5 * 24));
}
