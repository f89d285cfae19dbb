// SPDX-License-Identifier: MIT
#include "core/probe/exported_symbols.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace rampwatch::probe {
namespace {

constexpr std::size_t kMostSegments = 64;
constexpr std::size_t kMostDynamic = 512;
constexpr std::uint32_t kMostChain = 4096;  // symbols of one bucket
constexpr std::size_t kMostName = 255;

Error refused(const char* what) { return {Error::Kind::bad_input, what, {}, {}}; }

// Of GNU's table: h * 33 + c, from 5381.
std::uint32_t hash_of(std::string_view name) {
    std::uint32_t hash = 5381;
    for (const char letter : name) hash = hash * 33 + static_cast<unsigned char>(letter);
    return hash;
}

}  // namespace

Result<ExportedSymbols> ExportedSymbols::read(const MemoryReader& memory, const Mapping& first) {
    const auto header = memory.get<Elf64_Ehdr>(first.start);
    if (!header) return header.error();
    if (std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64 ||
        header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_phentsize != sizeof(Elf64_Phdr))
        return refused("not a 64-bit ELF module");
    std::vector<Elf64_Phdr> segments(std::min<std::size_t>(header->e_phnum, kMostSegments));
    const auto done = memory.read(first.start + header->e_phoff, std::as_writable_bytes(std::span(segments)));
    if (!done) return done.error();
    ExportedSymbols exported(memory);
    const Elf64_Phdr* dynamic = nullptr;
    bool placed = false;
    for (const Elf64_Phdr& segment : segments) {
        if (segment.p_type == PT_DYNAMIC) dynamic = &segment;
        if (segment.p_type != PT_LOAD || placed) continue;
        exported.bias_ = first.start - (segment.p_vaddr - segment.p_offset);
        placed = true;
    }
    if (dynamic == nullptr || !placed ||
        !exported.read_dynamic(exported.bias_ + dynamic->p_vaddr, dynamic->p_memsz, first.start))
        return refused("a module without a table of what it exports");
    return exported;
}

// Some loaders write addresses into the table where the file has offsets, others leave it as it is.
bool ExportedSymbols::read_dynamic(std::uint64_t address, std::uint64_t size, std::uint64_t start) {
    std::vector<Elf64_Dyn> entries(std::min<std::uint64_t>(size / sizeof(Elf64_Dyn), kMostDynamic));
    if (!memory_->read(address, std::as_writable_bytes(std::span(entries)))) return false;
    const auto placed = [&](std::uint64_t value) { return value < start ? value + bias_ : value; };
    std::uint64_t hash = 0;
    for (const Elf64_Dyn& entry : entries) {
        if (entry.d_tag == DT_NULL) break;
        if (entry.d_tag == DT_SYMTAB) symbols_ = placed(entry.d_un.d_ptr);
        if (entry.d_tag == DT_STRTAB) strings_ = placed(entry.d_un.d_ptr);
        if (entry.d_tag == DT_GNU_HASH) hash = placed(entry.d_un.d_ptr);
    }
    const auto head = memory_->get<std::array<std::uint32_t, 4>>(hash);
    if (symbols_ == 0 || strings_ == 0 || hash == 0 || !head) return false;
    bucket_count_ = (*head)[0];
    first_symbol_ = (*head)[1];
    filter_words_ = (*head)[2];
    filter_shift_ = (*head)[3];
    if (bucket_count_ == 0 || filter_words_ == 0 || filter_shift_ > 31) return false;
    filter_ = hash + 16;
    buckets_ = filter_ + std::uint64_t{filter_words_} * 8;
    chains_ = buckets_ + std::uint64_t{bucket_count_} * 4;
    return true;
}

std::optional<std::uint64_t> ExportedSymbols::find(std::string_view name) const {
    const std::uint32_t hash = hash_of(name);
    const auto filter = memory_->get<std::uint64_t>(filter_ + (hash / 64 % filter_words_) * std::uint64_t{8});
    if (!filter || (*filter >> (hash % 64) & 1) == 0 || (*filter >> ((hash >> filter_shift_) % 64) & 1) == 0)
        return std::nullopt;
    const auto bucket = memory_->get<std::uint32_t>(buckets_ + (hash % bucket_count_) * std::uint64_t{4});
    if (!bucket || *bucket < first_symbol_) return std::nullopt;
    for (std::uint32_t i = *bucket; i - *bucket < kMostChain; ++i) {
        const auto link = memory_->get<std::uint32_t>(chains_ + std::uint64_t{i - first_symbol_} * 4);
        if (!link) return std::nullopt;
        if ((*link | 1) == (hash | 1)) {
            const auto symbol = memory_->get<Elf64_Sym>(symbols_ + std::uint64_t{i} * sizeof(Elf64_Sym));
            if (!symbol) return std::nullopt;
            const bool defined = symbol->st_shndx != SHN_UNDEF && symbol->st_value != 0;
            if (defined && read_string(*memory_, strings_ + symbol->st_name, kMostName) == name)
                return bias_ + symbol->st_value;
        }
        if ((*link & 1) != 0) return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace rampwatch::probe
