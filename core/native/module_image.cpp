// SPDX-License-Identifier: MIT
#include "core/native/module_image.h"

#include <elf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "core/base/text.h"
#include "core/probe/memory.h"

namespace rampwatch::native {
namespace {

constexpr std::size_t kMostProgramHeaders = 256;
constexpr std::size_t kMostNoteBytes = 64 << 10;
constexpr std::size_t kMostBuildId = 64;
constexpr std::size_t kMostImage = 256 << 20;

template <class T>
bool read_value(const ReadFile& read, std::uint64_t offset, T& into) {
    return read(offset, std::as_writable_bytes(std::span(&into, 1)));
}

std::string hex(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return text;
}

// The GNU build id among `notes`.
std::string build_id_in(std::span<const std::byte> notes) {
    while (notes.size() >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr header{};
        std::memcpy(&header, notes.data(), sizeof header);
        const std::uint64_t name_bytes = (std::uint64_t{header.n_namesz} + 3) / 4 * 4;
        const std::uint64_t value_bytes = (std::uint64_t{header.n_descsz} + 3) / 4 * 4;
        if (sizeof header + name_bytes + value_bytes > notes.size()) return {};
        const auto value = notes.subspan(sizeof header + name_bytes, header.n_descsz);
        const bool gnu = header.n_namesz == 4 && std::memcmp(notes.data() + sizeof header, "GNU", 4) == 0;
        if (gnu && header.n_type == NT_GNU_BUILD_ID && value.size() <= kMostBuildId) return hex(value);
        notes = notes.subspan(sizeof header + name_bytes + value_bytes);
    }
    return {};
}

std::string build_id_of(const ReadFile& read, const Elf64_Phdr& note) {
    if (note.p_filesz == 0 || note.p_filesz > kMostNoteBytes) return {};
    std::vector<std::byte> bytes(note.p_filesz);
    return read(note.p_offset, bytes) ? build_id_in(bytes) : std::string();
}

// Offsets of the file, read where they are mapped in the target.
ReadFile mapped_reader(const probe::Memory& memory, const ModuleRange& range) {
    return [&](std::uint64_t offset, std::span<std::byte> into) {
        for (const probe::Mapping& mapping : range.mappings) {
            const std::uint64_t size = mapping.end - mapping.start;
            if (!mapping.readable || offset < mapping.offset || offset - mapping.offset >= size) continue;
            const std::uint64_t at = offset - mapping.offset;
            if (into.size() <= size - at && memory.read(mapping.start + at, into)) return true;
        }
        return false;
    };
}

ReadFile file_reader(int fd) {
    return [fd](std::uint64_t offset, std::span<std::byte> into) {
        const ssize_t got = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        return got >= 0 && static_cast<std::size_t>(got) == into.size();
    };
}

// All that is mapped, at the offsets of the file. The section headers are seldom mapped: then they are struck
// out, and what reads the image finds its way by the program headers.
std::vector<std::byte> copy_image(const probe::Memory& memory, const ModuleRange& range) {
    std::uint64_t size = 0;
    for (const probe::Mapping& mapping : range.mappings) {
        if (mapping.readable) size = std::max(size, mapping.offset + (mapping.end - mapping.start));
    }
    if (size < sizeof(Elf64_Ehdr) || size > kMostImage) return {};
    std::vector<std::byte> image(size);
    for (const probe::Mapping& mapping : range.mappings) {
        if (!mapping.readable || mapping.writable) continue;
        const auto into = std::span(image).subspan(mapping.offset, mapping.end - mapping.start);
        if (!memory.read(mapping.start, into)) std::fill(into.begin(), into.end(), std::byte{});
    }
    Elf64_Ehdr header{};
    std::memcpy(&header, image.data(), sizeof header);
    const std::uint64_t sections_end = header.e_shoff + std::uint64_t{header.e_shnum} * header.e_shentsize;
    if (range.path != "[vdso]" || sections_end > size || sections_end < header.e_shoff) {
        header.e_shoff = 0;
        header.e_shnum = header.e_shstrndx = 0;
        std::memcpy(image.data(), &header, sizeof header);
    }
    return image;
}

// In words why the file is not the one that is mapped; empty when it is, or nothing speaks against it.
std::string differs(const probe::ModuleFile& file, const std::optional<ElfFacts>& mapped) {
    const auto facts = elf_facts(file_reader(file.fd.get()));
    if (!facts) return "the file is not an ELF file any more";
    if (!mapped) return file.proven ? "" : "the file could not be compared with what is mapped";
    if (!mapped->build_id.empty() || !facts->build_id.empty()) {
        return mapped->build_id == facts->build_id ? "" : "the file was replaced: another build id";
    }
    return mapped->program_headers == facts->program_headers ? "" : "the file was replaced: another layout";
}

}  // namespace

std::vector<ModuleRange> module_ranges(const probe::Maps& maps) {
    std::vector<ModuleRange> ranges;
    const auto keep = [&] {
        const bool runs =
            !ranges.empty() && std::any_of(ranges.back().mappings.begin(), ranges.back().mappings.end(),
                                           [](const auto& mapping) { return mapping.executable; });
        if (!ranges.empty() && !runs) ranges.pop_back();
    };
    for (const probe::Mapping& mapping : maps.mappings) {
        if (mapping.inode == 0 && mapping.path != "[vdso]") continue;
        const probe::Mapping* last = ranges.empty() ? nullptr : &ranges.back().mappings.back();
        // mold and lld begin the code in the file's first page, which is mapped twice then, side by side.
        const bool code_of_first_page = last != nullptr && last->offset == 0 && !last->executable &&
                                        mapping.executable && mapping.start == last->end;
        const bool joins = last != nullptr && ranges.back().path == mapping.path &&
                           last->inode == mapping.inode && last->offset <= mapping.offset &&
                           (mapping.offset != 0 || code_of_first_page);
        if (!joins) {
            keep();
            ranges.push_back({mapping.path, mapping.start, mapping.end, {}});
        }
        ranges.back().end = mapping.end;
        ranges.back().mappings.push_back(mapping);
    }
    keep();
    return ranges;
}

std::optional<ElfFacts> elf_facts(const ReadFile& read) {
    Elf64_Ehdr header{};
    if (!read_value(read, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return std::nullopt;
    ElfFacts facts;
    facts.is_64bit = header.e_ident[EI_CLASS] == ELFCLASS64;
    facts.machine = header.e_machine;  // at the same place in both classes
    if (!facts.is_64bit || header.e_phentsize != sizeof(Elf64_Phdr)) return facts;
    const std::size_t count = std::min<std::size_t>(header.e_phnum, kMostProgramHeaders);
    std::vector<Elf64_Phdr> program(count);
    const auto bytes = std::as_writable_bytes(std::span(program));
    if (!read(header.e_phoff, bytes)) return facts;
    facts.program_headers.assign(bytes.begin(), bytes.end());
    for (const Elf64_Phdr& part : program) {
        if (part.p_type == PT_NOTE && facts.build_id.empty()) facts.build_id = build_id_of(read, part);
    }
    return facts;
}

std::string why_not_read(const ElfFacts& facts) {
    if (!facts.is_64bit || facts.machine == EM_386)
        return "it is a 32-bit program, and only x86-64 ones are read here";
    if (facts.machine == EM_X86_64) return {};
    return fmt::format("it is a program for another machine (ELF machine {})", facts.machine);
}

Result<ModuleImage> open_image(pid_t live_tid, const ModuleRange& range) {
    const probe::Memory memory(live_tid);
    const auto mapped = elf_facts(mapped_reader(memory, range));
    ModuleImage image;
    if (mapped) image.build_id = mapped->build_id;
    if (range.path != "[vdso]") {
        auto file = probe::open_module(live_tid, range.mappings.front());
        image.problem = file ? differs(*file, mapped) : file.error().what;
        if (image.problem.empty()) {
            image.fd = std::move(file->fd);
            return image;
        }
    }
    if (mapped) image.memory = copy_image(memory, range);
    if (!image.memory.empty()) return image;
    return Error{
        Error::Kind::not_found, image.problem.empty() ? "unreadable" : image.problem, escape(range.path), {}};
}

}  // namespace rampwatch::native
