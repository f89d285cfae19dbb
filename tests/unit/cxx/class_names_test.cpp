// SPDX-License-Identifier: MIT
#include "core/cxx/class_names.h"

#include <unistd.h>

#include <cstring>
#include <sstream>

#include "core/cxx/array_scan.h"
#include "core/cxx/chunk_types.h"
#include "core/probe/memory.h"
#include "core/probe/memory_image.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::cxx;

namespace shop {

struct Item {
    virtual ~Item() = default;
    virtual int price() const { return 1; }
};
struct Named {
    virtual ~Named() = default;
    virtual int letters() const { return 2; }
};
struct Basket : Item, Named {
    int price() const override { return 3; }
    int letters() const override { return 4; }
    long more = 0;
};

}  // namespace shop

namespace {

std::uint64_t word_of(const void* object, std::size_t index = 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, static_cast<const char*>(object) + index * 8, sizeof word);
    return word;
}

struct Own {
    probe::Memory memory{::getpid()};
    probe::Maps maps = probe::read_maps(::getpid()).value();
    Modules modules{maps,
                    [](const probe::Mapping& mapping) { return probe::open_module(::getpid(), mapping); }};
    ClassNames classes{memory, modules};

    std::string name(std::uint64_t word) {
        const std::uint32_t number = classes.class_of(word);
        return number == 0 ? "" : classes.name(number);
    }
};

}  // namespace

TEST_CASE("an object's class is told by its first word, one of a library too", "[cxx]") {
    Own own;
    const shop::Item item;
    const shop::Basket basket;
    const std::ostringstream stream;
    CHECK(own.name(word_of(&item)) == "shop::Item");
    CHECK(own.name(word_of(&basket)) == "shop::Basket");
    CHECK(own.name(word_of(&stream)).starts_with("std::"));
    CHECK(own.name(word_of(&basket, 1)).empty());  // of its second base: no object by itself
}

TEST_CASE("what is no vtable has no class", "[cxx]") {
    Own own;
    static const std::uint64_t table[8] = {};
    static int written = 0;
    for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{8}, ~std::uint64_t{7},
                                     std::uint64_t{reinterpret_cast<std::uintptr_t>(table + 4)},
                                     std::uint64_t{reinterpret_cast<std::uintptr_t>(&written)},
                                     std::uint64_t{reinterpret_cast<std::uintptr_t>(&own)}})
        CHECK(own.name(word).empty());
}

TEST_CASE("addresses are told by symbol, else by the address in the file", "[cxx]") {
    Own own;
    const auto address = reinterpret_cast<std::uintptr_t>(&word_of);
    CHECK(own.modules.in_code(address));
    CHECK(demangled_symbol(own.modules.symbol(address + 1)).find("word_of") != std::string::npos);
    CHECK(own.modules.place(address).starts_with("rampwatch_tests"));
    CHECK(own.modules.symbol(8).empty());
    CHECK(own.modules.place(8).empty());
}

TEST_CASE("names are told as in the source, and what makes no sense stays as it is", "[cxx]") {
    CHECK(demangled_type("N4shop7SessionE") == "shop::Session");
    CHECK(demangled_type("St23_Sp_counted_ptr_inplaceIN4shop4CartESaIS1_ELN9__gnu_cxx12_Lock_policyE2EE") ==
          "shop::Cart (make_shared)");
    CHECK(demangled_type("N4shop") == "N4shop");
    CHECK(demangled_symbol("tls_ops") == "tls_ops");
    CHECK(demangled_symbol("d") == "d");
    CHECK(demangled_symbol("_ZN4shop3runEv") == "shop::run()");
    CHECK(demangled_symbol(std::string(100'000, 'x')).size() == 100'000);
}

TEST_CASE("objects that stand evenly are an array of their class", "[cxx]") {
    Own own;
    const std::vector<shop::Basket> baskets(50);
    std::vector<std::uint64_t> words(sizeof(shop::Basket) * 50 / 8);
    std::memcpy(words.data(), static_cast<const void*>(baskets.data()), words.size() * 8);

    const auto parts = scan_arrays(words, own.classes, own.modules);

    REQUIRE(parts.size() == 1);
    CHECK(own.classes.name(parts[0].number) == "shop::Basket");
    CHECK(parts[0].count == 50);
    CHECK(parts[0].bytes == 50 * static_cast<std::int64_t>(sizeof(shop::Basket)));
}

TEST_CASE("a member is no object by itself", "[cxx]") {
    Own own;
    struct Shelf {
        shop::Item front{};
        long number = 0;
        shop::Named label{};
        long more[5] = {};
    };
    const std::vector<Shelf> shelves(40);
    std::vector<std::uint64_t> words(sizeof(Shelf) * 40 / 8);
    std::memcpy(words.data(), static_cast<const void*>(shelves.data()), words.size() * 8);
    const auto parts = scan_arrays(words, own.classes, own.modules);
    REQUIRE(parts.size() == 1);
    CHECK(own.classes.name(parts[0].number) == "shop::Item");
}

TEST_CASE("text is told by its first letters, whatever the language", "[cxx]") {
    const auto text = [](std::string_view letters) { return is_text(std::as_bytes(std::span(letters))); };
    CHECK(text("GET /api/v1/orders"));
    CHECK(text("Größe: überall, schöne Übung"));
    CHECK_FALSE(text("short"));
    CHECK_FALSE(text("eleven char\x01..."));
    CHECK_FALSE(text(std::string_view("\x55\x66\x77\x08\x01\x00\x00\x00\x55\x66\x77\x08", 12)));
    CHECK_FALSE(text("\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe"));
}

TEST_CASE("a chunk is its class, a node with one in it, text, or a size", "[cxx]") {
    Own own;
    TypeTable table;
    ChunkTypes types(table, own.classes);
    const shop::Item item;
    std::vector<std::uint64_t> words(8);
    const auto name = [&](std::uint64_t size) { return table.name(types.type_of(words, size)).name; };

    CHECK(name(112) == "112 B");
    CHECK(name(5000) == "4 to 5 KiB");
    words[4] = word_of(&item);
    CHECK(name(80) == "shop::Item at +32 in 80 B");
    words[0] = word_of(&item);
    CHECK(name(80) == "shop::Item");
    std::memcpy(words.data(), "a letter to someone, of more than sixty-four letters in one row!", 64);
    CHECK(name(96) == "text");
}

TEST_CASE("hostile type information ends in no class", "[cxx]") {
    probe::MemoryImage image;
    probe::Mapping mapping;
    mapping.start = 0x10000;
    mapping.end = 0x20000;
    mapping.readable = true;
    mapping.inode = 1;
    mapping.path = "/lib/x.so";
    probe::Maps maps;
    maps.mappings = {mapping};
    for (std::uint64_t at = 0x10000; at < 0x18000; at += 8)
        image.put_word(at, 0x10000 + (at * 7919) % 0x8000 / 8 * 8);
    for (std::uint64_t at = 0x10100; at < 0x17000; at += 64) image.put_word(at - 16, 0);
    Modules modules(maps, {});
    ClassNames classes(image, modules);
    for (std::uint64_t word = 0; word < 0x30000; word += 8) CHECK(classes.class_of(word) == 0);
}
