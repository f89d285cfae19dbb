// SPDX-License-Identifier: MIT
#include "core/native/module_image.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::native;

namespace {

ReadFile reader(const std::string& bytes) {
    return [&bytes](std::uint64_t offset, std::span<std::byte> into) {
        if (offset > bytes.size() || into.size() > bytes.size() - offset) return false;
        std::memcpy(into.data(), bytes.data() + offset, into.size());
        return true;
    };
}

}  // namespace

TEST_CASE("mappings of one file side by side are one module, and only code counts", "[native]") {
    const auto maps = probe::parse_maps(
        "55d0c0a00000-55d0c0a01000 r--p 00000000 fe:01 100 /usr/bin/shop\n"
        "55d0c0a01000-55d0c0a02000 r-xp 00001000 fe:01 100 /usr/bin/shop\n"
        "55d0c0a02000-55d0c0a03000 rw-p 00002000 fe:01 100 /usr/bin/shop\n"
        "55d0c1000000-55d0c1021000 rw-p 00000000 00:00 0 [heap]\n"
        "7f0000000000-7f0000100000 r--p 00000000 fe:01 200 /usr/lib/locale-archive\n"
        "7f0000200000-7f0000201000 r--p 00000000 fe:01 300 /usr/lib/libplugin.so\n"
        "7f0000201000-7f0000202000 r-xp 00001000 fe:01 300 /usr/lib/libplugin.so\n"
        "7f0000300000-7f0000301000 r--p 00000000 fe:01 300 /usr/lib/libplugin.so\n"
        "7f0000301000-7f0000302000 r-xp 00001000 fe:01 300 /usr/lib/libplugin.so\n"
        "7ffc00000000-7ffc00002000 r-xp 00000000 00:00 0 [vdso]\n");
    const auto modules = module_ranges(maps);
    REQUIRE(modules.size() == 4);
    CHECK(modules[0].path == "/usr/bin/shop");
    CHECK(modules[0].end == 0x55d0c0a03000);
    CHECK(modules[1].start == 0x7f0000200000);
    CHECK(modules[2].start == 0x7f0000300000);  // loaded twice
    CHECK(modules[3].path == "[vdso]");
}

TEST_CASE("code in the first page of a file belongs to the headers that stand before it", "[native]") {
    const auto maps = probe::parse_maps(
        "55d0c0a00000-55d0c0a01000 r--p 00000000 fe:01 100 /usr/bin/small\n"
        "55d0c0a01000-55d0c0a02000 r-xp 00000000 fe:01 100 /usr/bin/small\n"
        "55d0c0a03000-55d0c0a04000 r--p 00001000 fe:01 100 /usr/bin/small\n");
    const auto modules = module_ranges(maps);
    REQUIRE(modules.size() == 1);
    CHECK(modules[0].start == 0x55d0c0a00000);
    CHECK(modules[0].end == 0x55d0c0a04000);
}

TEST_CASE("our own vdso is read out of memory with its build id", "[native]") {
    const auto maps = probe::read_maps(::getpid());
    REQUIRE(maps);
    const auto modules = module_ranges(*maps);
    const auto vdso = std::find_if(modules.begin(), modules.end(),
                                   [](const auto& module) { return module.path == "[vdso]"; });
    REQUIRE(vdso != modules.end());
    const auto image = open_image(::getpid(), *vdso);
    REQUIRE(image);
    CHECK_FALSE(image->fd);
    CHECK(image->memory.size() == vdso->end - vdso->start);
    CHECK(image->build_id.size() == 40);
}

TEST_CASE("our own executable is read from its file", "[native]") {
    const auto maps = probe::read_maps(::getpid());
    REQUIRE(maps);
    const auto modules = module_ranges(*maps);
    const auto own = std::find_if(modules.begin(), modules.end(), [](const auto& module) {
        return module.path.find("/rampwatch_tests") != std::string::npos;
    });
    REQUIRE(own != modules.end());
    const auto image = open_image(::getpid(), *own);
    REQUIRE(image);
    CHECK(image->fd);
    CHECK(image->problem.empty());
}

TEST_CASE("what is no ELF file, or a lying one, has no facts", "[native]") {
    CHECK_FALSE(elf_facts(reader("")));
    CHECK_FALSE(elf_facts(reader(std::string(4096, 'x'))));
    std::string lying(64, '\0');
    lying.replace(0, 5,
                  "\x7f"
                  "ELF\x02");
    lying[54] = 56;                                               // e_phentsize
    lying[56] = lying[57] = '\xff';                               // e_phnum
    lying.replace(32, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f", 8);  // e_phoff
    const auto facts = elf_facts(reader(lying));
    REQUIRE(facts);
    CHECK(facts->is_64bit);
    CHECK(facts->build_id.empty());
}

TEST_CASE("programs of 32 bits and for other machines are refused in words, by their ELF header",
          "[native]") {
    const auto why = [](unsigned char bits, std::uint16_t machine) {
        Elf32_Ehdr header{};  // as long as the fields that count go both classes are alike
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = bits;
        header.e_machine = machine;
        const std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
        const auto facts = elf_facts(reader(bytes + std::string(64, '\0')));
        REQUIRE(facts);
        return why_not_read(*facts);
    };
    CHECK(why(ELFCLASS32, EM_386) == "it is a 32-bit program, and only x86-64 ones are read here");
    CHECK(why(ELFCLASS32, EM_X86_64) == why(ELFCLASS32, EM_386));  // x32
    CHECK(why(ELFCLASS64, EM_AARCH64) == "it is a program for another machine (ELF machine 183)");
    CHECK(why(ELFCLASS64, EM_X86_64).empty());
}

TEST_CASE("a note that claims more than there is gives no build id", "[native]") {
    std::string file(4096, '\0');
    file.replace(0, 5,
                 "\x7f"
                 "ELF\x02");
    file[32] = 64;                                    // e_phoff
    file[54] = 56;                                    // e_phentsize
    file[56] = 1;                                     // e_phnum
    file[64] = 4;                                     // PT_NOTE
    file[64 + 9] = 1;                                 // p_offset = 256
    file[64 + 32] = 36;                               // p_filesz
    file[256] = 4;                                    // n_namesz
    file.replace(256 + 4, 4, "\xff\xff\xff\xff", 4);  // n_descsz
    file[256 + 8] = 3;                                // NT_GNU_BUILD_ID
    file.replace(256 + 12, 4, "GNU\0", 4);
    CHECK(elf_facts(reader(file))->build_id.empty());
    file.replace(256 + 4, 4, "\x04\0\0\0", 4);
    file.replace(256 + 16, 4, "\xde\xad\xbe\xef", 4);
    CHECK(elf_facts(reader(file))->build_id == "deadbeef");
}
