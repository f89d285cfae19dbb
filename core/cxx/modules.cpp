// SPDX-License-Identifier: MIT
#include "core/cxx/modules.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/path.h"

namespace rampwatch::cxx {

namespace {

constexpr std::size_t kMostFiles = 256;

bool of_file(const probe::Mapping& mapping) {
    return mapping.inode != 0 && mapping.readable && !mapping.shared && mapping.path.starts_with('/');
}

void append(std::vector<probe::Range>& ranges, const probe::Mapping& mapping) {
    const std::uint64_t size = mapping.end - mapping.start;
    if (!ranges.empty() && ranges.back().address + ranges.back().size == mapping.start)
        ranges.back().size += size;
    else
        ranges.push_back({mapping.start, size});
}

}  // namespace

Modules::Modules(const probe::Maps& maps, OpenModule open) : maps_(maps), open_(std::move(open)) {
    const probe::Mapping* last = nullptr;
    for (const probe::Mapping& mapping : maps.mappings) {
        if (of_file(mapping)) {
            append(all_, mapping);
            if (mapping.executable) append(code_, mapping);
            last = &mapping;
            continue;
        }
        const bool zeroed = last != nullptr && last->writable && last->end == mapping.start &&
                            mapping.inode == 0 && mapping.path.empty() && mapping.readable;
        if (zeroed) append(all_, mapping);
        last = nullptr;
    }
}

bool Modules::in(const std::vector<probe::Range>& ranges, std::uint64_t address) {
    const auto after = std::upper_bound(
        ranges.begin(), ranges.end(), address,
        [](std::uint64_t wanted, const probe::Range& range) { return wanted < range.address; });
    return after != ranges.begin() && address - std::prev(after)->address < std::prev(after)->size;
}

Modules::File* Modules::file_of(std::uint64_t address) {
    const probe::Mapping* mapping = probe::find(maps_, address);
    if (mapping != nullptr && !of_file(*mapping) && mapping != maps_.mappings.data())
        --mapping;  // zeroed data
    if (mapping == nullptr || !of_file(*mapping)) return nullptr;
    const auto known = files_.find(mapping->path);
    if (known != files_.end()) return &known->second;
    if (files_.size() >= kMostFiles || !open_) return nullptr;
    File& file = files_[mapping->path];
    for (const probe::Mapping& first : maps_.mappings) {
        if (first.path != mapping->path || first.offset != 0) continue;
        auto opened = open_(first);
        const auto page = opened && opened->proven ? first_page_of(opened->fd.get()) : std::nullopt;
        file.bias = first.start - page.value_or(0);
        if (page) file.file = std::move(*opened);
        break;
    }
    return &file;
}

FileSymbol Modules::variable(std::uint64_t address) {
    const File* file = lookups_ < kMostLookups ? file_of(address) : nullptr;
    if (file == nullptr || !file->file) return {};
    ++lookups_;
    FileSymbol found = symbol_in(file->file->fd.get(), address - file->bias);
    found.covers.address += file->bias;
    return found;
}

std::string Modules::symbol(std::uint64_t address) { return variable(address).name; }

std::string Modules::place(std::uint64_t address) {
    const probe::Mapping* mapping = probe::find(maps_, address);
    const File* file = file_of(address);
    if (mapping == nullptr || file == nullptr) return {};
    if (!of_file(*mapping)) --mapping;
    return fmt::format("{}+{:#x}", base_name(mapping->path), address - file->bias);
}

}  // namespace rampwatch::cxx
