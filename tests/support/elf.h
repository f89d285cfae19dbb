// SPDX-License-Identifier: MIT
// What an executable begins with.
#pragma once

#include <elf.h>

#include <cstring>

namespace rampwatch::test {

// Of a program for x86-64, with one program header right behind it, and no sections.
inline Elf64_Ehdr elf_header() {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_machine = EM_X86_64;
    header.e_type = ET_EXEC;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    return header;
}

}  // namespace rampwatch::test
