// SPDX-License-Identifier: MIT
#include "core/probe/elf.h"

#include <elf.h>

#include <cstring>
#include <string>

#include "core/golang/pclntab.h"
#include "tests/catch.h"
#include "tests/support/elf.h"

using namespace rampwatch;
using namespace rampwatch::golang;
using namespace rampwatch::probe;

namespace {

// One segment at 0x400000, all of the file and what is said to follow it.
std::string image(const Elf64_Ehdr& header, const std::string& body, std::uint64_t claimed_size = 0) {
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_vaddr = 0x400000;
    const std::size_t size = sizeof header + sizeof segment + body.size();
    segment.p_filesz = claimed_size != 0 ? claimed_size : size;
    segment.p_memsz = segment.p_filesz;
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    bytes.append(reinterpret_cast<const char*>(&segment), sizeof segment);
    return bytes + body;
}

Bytes view(const std::string& text) { return Bytes(std::as_bytes(std::span(text))); }

std::string refusal(const std::string& file) {
    const auto elf = Elf::parse(view(file));
    return elf ? "" : elf.error().what;
}

// A table of one function, as Go 1.20 writes it, less what is not looked at here.
std::string table(std::uint64_t functions, std::uint64_t names) {
    std::string bytes(160, '\0');
    const auto put = [&](std::size_t at, std::uint64_t value) { std::memcpy(&bytes[at], &value, 8); };
    put(0, 0x08010000fffffff1);
    put(8, functions);
    for (std::size_t i = 0; i < 5; ++i) put(32 + i * 8, names + i * 8);
    return bytes;
}

std::string table_refusal(const std::string& bytes) {
    const std::string file =
        image(test::elf_header(), std::string(8, '\0') + bytes);  // 8-aligned in the image
    const auto elf = Elf::parse(view(file));
    REQUIRE(elf);
    const auto found = Pclntab::find(*elf);
    return found ? "" : found.error().what;
}

}  // namespace

TEST_CASE("what is no 64-bit little-endian program of a known machine is refused by name", "[probe]") {
    CHECK(refusal("") == "not an ELF file");
    CHECK(refusal("#!/bin/sh\n" + std::string(100, ' ')) == "not an ELF file");
    Elf64_Ehdr bad = test::elf_header();
    bad.e_ident[EI_CLASS] = ELFCLASS32;
    CHECK(refusal(image(bad, "")) == "32-bit programs are not read");
    bad = test::elf_header();
    bad.e_ident[EI_DATA] = ELFDATA2MSB;
    CHECK(refusal(image(bad, "")) == "big-endian programs are not read");
    bad = test::elf_header();
    bad.e_machine = EM_RISCV;
    CHECK(refusal(image(bad, "")) == "a machine other than x86-64 and AArch64");
    bad = test::elf_header();
    bad.e_phoff = ~std::uint64_t{0} - 8;
    CHECK(refusal(image(bad, "")) == "no loadable segment");
}

TEST_CASE("a segment that claims more than the file has gives what there is", "[probe]") {
    const std::string file = image(test::elf_header(), "body", ~std::uint64_t{0} / 2);
    const auto elf = Elf::parse(view(file));
    REQUIRE(elf);
    CHECK(elf->at(0x400000).size() == file.size());
    CHECK(elf->at(0x400000 + file.size() - 4).text() == "body");
    CHECK(elf->at(0x400000 + file.size()).empty());
    CHECK(elf->at(0x3fffff).empty());
}

TEST_CASE("a function table is found without sections, and refused by the check that fails", "[probe]") {
    CHECK(table_refusal("nothing") == "no Go function table");
    CHECK(table_refusal(table(1, 72)) == "");
    CHECK(table_refusal(table(0, 72)) == "an impossible number of functions");
    CHECK(table_refusal(table(11'000'000, 72)) == "an impossible number of functions");
    CHECK(table_refusal(table(1000, 72)) == "cut off");
    CHECK(table_refusal(table(1, ~std::uint64_t{0} - 10)) == "parts that do not ascend");
    std::string old = table(1, 72);
    old[0] = static_cast<char>(0xfa);
    CHECK(table_refusal(old) == "parts that do not ascend");  // of Go 1.16 and 1.17, whose header is another
    old[0] = static_cast<char>(0xfb);
    CHECK(table_refusal(old) == "of Go 1.15 or older");
}

TEST_CASE("numbers of variable length end within their bounds", "[probe]") {
    const std::string bytes = "\x85\x01\xff\xff\xff\xff\xff\xff";
    std::uint64_t at = 0;
    CHECK(view(bytes).varint(at) == 133U);
    CHECK(at == 2);
    CHECK_FALSE(view(bytes).varint(at));
    at = 7;
    CHECK_FALSE(view(bytes).varint(at));
}
