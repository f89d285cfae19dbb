// SPDX-License-Identifier: MIT
#include "core/probe/elf.h"

#include <elf.h>

#include <algorithm>

namespace rampwatch::probe {

namespace {

constexpr std::size_t kMostSegments = 256;
constexpr std::size_t kMostSections = 65536;
constexpr std::size_t kMostName = 256;
constexpr std::uint64_t kPage = 4096;

Error refused(std::string_view check, std::string hint = {}) {
    return {Error::Kind::bad_input, std::string(check), "executable", std::move(hint)};
}

template <class T>
std::optional<T> structure(Bytes file, std::uint64_t offset) {
    T value{};
    if (!file.holds(offset, sizeof value)) return std::nullopt;
    std::memcpy(&value, file.data() + offset, sizeof value);
    return value;
}

std::vector<Elf::Segment> read_segments(Bytes file, const Elf64_Ehdr& header) {
    std::vector<Elf::Segment> segments;
    if (header.e_phentsize != sizeof(Elf64_Phdr)) return segments;
    for (std::size_t i = 0; i < std::min<std::size_t>(header.e_phnum, kMostSegments); ++i) {
        const auto entry = structure<Elf64_Phdr>(file, header.e_phoff + i * sizeof(Elf64_Phdr));
        if (!entry || entry->p_type != PT_LOAD) continue;
        Elf::Segment segment;
        segment.address = entry->p_vaddr;
        segment.memory_size = std::min<std::uint64_t>(entry->p_memsz, ~entry->p_vaddr);
        segment.file_offset = entry->p_offset;
        segment.file_size = std::min(file.part(entry->p_offset).size(),
                                     std::min<std::size_t>(entry->p_filesz, segment.memory_size));
        segment.writable = (entry->p_flags & PF_W) != 0;
        segment.executable = (entry->p_flags & PF_X) != 0;
        segments.push_back(segment);
    }
    return segments;
}

std::vector<Elf::Section> read_sections(Bytes file, const Elf64_Ehdr& header) {
    std::vector<Elf::Section> sections;
    if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shoff == 0) return sections;
    const auto names_at = header.e_shoff + std::uint64_t{header.e_shstrndx} * sizeof(Elf64_Shdr);
    const auto names = structure<Elf64_Shdr>(file, names_at);
    if (!names) return sections;
    const Bytes strings = file.part(names->sh_offset, names->sh_size);
    for (std::size_t i = 0; i < std::min<std::size_t>(header.e_shnum, kMostSections); ++i) {
        const auto entry = structure<Elf64_Shdr>(file, header.e_shoff + i * sizeof(Elf64_Shdr));
        if (!entry) break;
        const auto name = strings.string(entry->sh_name, kMostName);
        if (!name || name->empty()) continue;
        const bool in_file = entry->sh_type != SHT_NOBITS && (entry->sh_flags & SHF_COMPRESSED) == 0;
        sections.push_back(
            {*name, entry->sh_addr, in_file ? file.part(entry->sh_offset, entry->sh_size) : Bytes()});
    }
    return sections;
}

}  // namespace

Result<Elf> Elf::parse(Bytes file) {
    const auto header = structure<Elf64_Ehdr>(file, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return refused("not an ELF file");
    if (header->e_ident[EI_CLASS] != ELFCLASS64) return refused("32-bit programs are not read");
    if (header->e_ident[EI_DATA] != ELFDATA2LSB) return refused("big-endian programs are not read");
    if (header->e_machine != EM_X86_64 && header->e_machine != EM_AARCH64) {
        return refused("a machine other than x86-64 and AArch64");
    }
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return refused("neither a program nor a library");
    Elf elf;
    elf.file_ = file;
    elf.position_independent_ = header->e_type == ET_DYN;
    elf.arm64_ = header->e_machine == EM_AARCH64;
    elf.segments_ = read_segments(file, *header);
    if (elf.segments_.empty()) return refused("no loadable segment");
    elf.sections_ = read_sections(file, *header);
    return elf;
}

const Elf::Section* Elf::section(std::string_view name) const {
    const auto found = std::find_if(sections_.begin(), sections_.end(),
                                    [&](const Section& section) { return section.name == name; });
    return found == sections_.end() ? nullptr : &*found;
}

Bytes Elf::at(std::uint64_t address) const {
    for (const Segment& segment : segments_) {
        if (address < segment.address || address - segment.address >= segment.file_size) continue;
        const std::uint64_t inside = address - segment.address;
        return file_.part(segment.file_offset + inside, segment.file_size - inside);
    }
    return {};
}

}  // namespace rampwatch::probe
