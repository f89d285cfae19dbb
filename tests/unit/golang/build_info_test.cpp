// SPDX-License-Identifier: MIT
#include "core/golang/build_info.h"

#include <elf.h>

#include <cstring>
#include <span>
#include <string>

#include "core/golang/layout.h"
#include "core/golang/pclntab.h"
#include "tests/catch.h"
#include "tests/support/elf.h"

using namespace rampwatch;
using namespace rampwatch::golang;

namespace {

constexpr std::size_t kBuildInfoAt = 128;  // what the program headers leave, up to a multiple of 16

// An executable whose data segment, which is all of the file, has `text` for its build info.
std::string with_build_info(std::string text, char flags = 2) {
    Elf64_Ehdr header = test::elf_header();
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_W;
    segment.p_vaddr = 0x400000;
    segment.p_filesz = segment.p_memsz = kBuildInfoAt + 32 + text.size();
    std::string file(reinterpret_cast<const char*>(&header), sizeof header);
    file.append(reinterpret_cast<const char*>(&segment), sizeof segment);
    file.resize(kBuildInfoAt);
    file += "\xff Go buildinf:\x08";
    file += flags;
    file.resize(kBuildInfoAt + 32);
    return file + text;
}

std::optional<BuildInfo> build_info_of(const std::string& file) {
    const auto elf = probe::Elf::parse(probe::Bytes(std::as_bytes(std::span(file))));
    REQUIRE(elf);
    return read_build_info(*elf);
}

std::string told(std::size_t length, const std::string& text) {  // Go's varint before it
    std::string out;
    for (; length >= 0x80; length >>= 7) out += static_cast<char>(length | 0x80);
    return out + static_cast<char>(length) + text;
}

}  // namespace

TEST_CASE("build info with lying lengths is left out, as far as it lies", "[golang]") {
    const std::string version = told(8, "go1.19.8"), lines = "path\tx\nmod\texample.org/shop\tv1.2.3\n";
    const auto good = build_info_of(with_build_info(version + told(lines.size(), lines)));
    REQUIRE(good);
    CHECK(good->version == "go1.19.8");
    CHECK(good->module == "example.org/shop");
    CHECK(good->module_version == "v1.2.3");

    CHECK_FALSE(build_info_of(with_build_info(told(9, "go1.19.8"))));
    CHECK_FALSE(build_info_of(with_build_info(told(0xffffffff, "go1.19.8"))));
    CHECK_FALSE(build_info_of(with_build_info(told(300, std::string(300, '9')))));
    CHECK_FALSE(build_info_of(with_build_info("\xff\xff\xff\xff\xff\xff\xff")));
    CHECK_FALSE(build_info_of(with_build_info("")));
    for (const std::size_t length : {lines.size() + 1, std::size_t{0xffffffff}, std::size_t{2} << 20}) {
        const auto info = build_info_of(with_build_info(version + told(length, lines)));
        REQUIRE(info);
        CHECK(info->version == "go1.19.8");
        CHECK(info->module.empty());
    }
    const std::string endless = "mod\t" + std::string(100'000, 'x') + "\t" + std::string(100'000, 'y');
    const auto cut = build_info_of(with_build_info(version + told(endless.size(), endless)));
    REQUIRE(cut);
    CHECK(cut->module.size() == 1024);
    CHECK(cut->module_version.size() == 1024);
}

TEST_CASE("build info of pointers, as Go 1.17 wrote it, names no version", "[golang]") {
    const auto info = build_info_of(with_build_info(told(8, "go1.19.8"), 0));
    REQUIRE(info);
    CHECK(info->version.empty());
}

TEST_CASE("Go versions are read whatever follows them", "[golang]") {
    CHECK(parse_version("go1.24.4 X:nocoverageredesign") == Version{1, 24, 4, false});
    CHECK(parse_version("go1.19") == Version{1, 19, 0, false});
    CHECK(parse_version("go1.28rc1") == Version{1, 28, 0, false});
    CHECK(parse_version("devel go1.27-abcdef") == Version{1, 27, 0, true});
    CHECK_FALSE(parse_version("devel +abcdef"));
    CHECK_FALSE(parse_version("go2.1"));
    CHECK_FALSE(parse_version("ago1.19"));
    CHECK_FALSE(parse_version("go1."));
    CHECK_FALSE(parse_version("go1.99999999999999999999"));
}

TEST_CASE("the layout of a version newer than any known is marked as a guess", "[golang]") {
    CHECK_FALSE(layout_of({1, 27, 3, false})->guessed);
    CHECK(layout_of({1, 28, 0, false})->guessed);
    CHECK(layout_of({1, 26, 0, true})->guessed);
    CHECK(layout_of({1, 28, 0, false})->g == layout_of({1, 27, 0, false})->g);
}

TEST_CASE("Go 1.17 and older is counted without frames, 1.15 not at all", "[golang]") {
    CHECK_FALSE(layout_of({1, 17, 0, false})->frames);
    CHECK(layout_of({1, 18, 0, false})->frames);
    CHECK_FALSE(layout_of({1, 15, 0, false}));
}

TEST_CASE("type arguments are printed as the runtime prints them", "[golang]") {
    CHECK(printed_name("main.(*pair[go.shape.string,go.shape.int]).wait") == "main.(*pair[...]).wait");
    CHECK(printed_name("main.f[a[b],c]") == "main.f[...]");
    CHECK(printed_name("main.]f[") == "main.]f[");
    CHECK(printed_name("main.f") == "main.f");
}
