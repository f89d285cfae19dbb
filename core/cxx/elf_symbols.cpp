// SPDX-License-Identifier: MIT
// The tables of an ELF file are read a piece at a time: those of a browser are larger than all that a reader
// of its heap may hold.
#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "core/cxx/modules.h"

namespace rampwatch::cxx {

namespace {

constexpr std::size_t kMostHeaders = 1024;
constexpr std::uint64_t kMostSymbols = std::uint64_t{4} << 20;
constexpr std::size_t kMostName = 4096;

template <class T>
bool read_at(int fd, std::uint64_t offset, T* into, std::size_t count = 1) {
    if (offset > std::uint64_t{1} << 40) return false;
    const auto size = static_cast<ssize_t>(count * sizeof(T));
    return ::pread(fd, into, static_cast<std::size_t>(size), static_cast<off_t>(offset)) == size;
}

std::optional<Elf64_Ehdr> header(int fd) {
    Elf64_Ehdr elf{};
    const bool good = read_at(fd, 0, &elf) && std::memcmp(elf.e_ident, ELFMAG, SELFMAG) == 0 &&
                      elf.e_ident[EI_CLASS] == ELFCLASS64 && elf.e_ident[EI_DATA] == ELFDATA2LSB;
    return good ? std::optional(elf) : std::nullopt;
}

std::vector<Elf64_Shdr> sections(int fd, const Elf64_Ehdr& elf) {
    std::vector<Elf64_Shdr> found(std::min<std::size_t>(elf.e_shnum, kMostHeaders));
    if (elf.e_shentsize != sizeof(Elf64_Shdr) || found.empty() ||
        !read_at(fd, elf.e_shoff, found.data(), found.size()))
        found.clear();
    return found;
}

bool covers(const Elf64_Sym& symbol, std::uint64_t address) {
    const unsigned kind = ELF64_ST_TYPE(symbol.st_info);
    if (symbol.st_shndx == SHN_UNDEF || (kind != STT_FUNC && kind != STT_OBJECT && kind != STT_GNU_IFUNC))
        return false;
    return symbol.st_value <= address &&
           address - symbol.st_value < std::max<std::uint64_t>(symbol.st_size, 1);
}

// Of several symbols the first.
std::optional<Elf64_Sym> find_in(int fd, const Elf64_Shdr& table, std::uint64_t address) {
    constexpr std::size_t kPart = 4096;
    std::vector<Elf64_Sym> part(kPart);
    const std::uint64_t count = std::min<std::uint64_t>(table.sh_size / sizeof(Elf64_Sym), kMostSymbols);
    for (std::uint64_t done = 0; done < count; done += kPart) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kPart, count - done));
        if (!read_at(fd, table.sh_offset + done * sizeof(Elf64_Sym), part.data(), size)) return std::nullopt;
        for (std::size_t i = 0; i < size; ++i) {
            if (covers(part[i], address)) return part[i];
        }
    }
    return std::nullopt;
}

std::string name_at(int fd, std::uint64_t offset) {
    std::array<char, kMostName> text;
    const ssize_t got = ::pread(fd, text.data(), text.size(), static_cast<off_t>(offset));
    if (got <= 0) return {};
    return {text.data(), ::strnlen(text.data(), static_cast<std::size_t>(got))};
}

}  // namespace

std::optional<std::uint64_t> first_page_of(int fd) {
    const auto elf = header(fd);
    if (!elf || elf->e_phentsize != sizeof(Elf64_Phdr)) return std::nullopt;
    std::vector<Elf64_Phdr> segments(std::min<std::size_t>(elf->e_phnum, kMostHeaders));
    if (segments.empty() || !read_at(fd, elf->e_phoff, segments.data(), segments.size())) return std::nullopt;
    for (const Elf64_Phdr& segment : segments) {
        if (segment.p_type == PT_LOAD) return (segment.p_vaddr - segment.p_offset) & ~std::uint64_t{4095};
    }
    return std::nullopt;
}

FileSymbol symbol_in(int fd, std::uint64_t linked_address) {
    const auto elf = header(fd);
    if (!elf) return {};
    const std::vector<Elf64_Shdr> all = sections(fd, *elf);
    for (const std::uint32_t kind : {std::uint32_t{SHT_SYMTAB}, std::uint32_t{SHT_DYNSYM}}) {
        for (const Elf64_Shdr& table : all) {
            if (table.sh_type != kind || table.sh_link >= all.size()) continue;
            const auto found = find_in(fd, table, linked_address);
            const Elf64_Shdr& strings = all[table.sh_link];
            if (!found || found->st_name >= strings.sh_size) continue;
            return {name_at(fd, strings.sh_offset + found->st_name), {found->st_value, found->st_size}};
        }
    }
    return {};
}

}  // namespace rampwatch::cxx
