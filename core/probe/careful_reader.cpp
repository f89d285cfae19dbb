// SPDX-License-Identifier: MIT
#include "core/probe/careful_reader.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace rampwatch::probe {

namespace {

constexpr std::size_t kMostFiles = 64;
constexpr std::size_t kMostKnown = std::size_t{1} << 17;  // 8 million pages in about 4 MiB
constexpr std::uint64_t kGroup = 64;                      // pages that are asked for at a time

Error not_there(std::uint64_t address) {
    return {Error::Kind::io, "not in memory", fmt::format("{:#x}", address), ""};
}

// Bit n: page n of the group exists.
std::uint64_t ask(const Pagemap& pages, std::uint64_t group) {
    Resident resident;
    const std::uint64_t size = kGroup * page_bytes();
    if (!pages.add({group * size, size}, resident)) return 0;
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < resident.pages.runs(); ++i) {
        const PageRun run = resident.pages.run(i);
        for (std::uint64_t page = run.first; page < run.first + run.count; ++page)
            mask |= std::uint64_t{1} << (page % kGroup);
    }
    return mask;
}

}  // namespace

bool CarefulReader::exists(std::uint64_t address, std::uint64_t size) const {
    if (pages_ == nullptr || size == 0 || size > ~address) return false;
    for (std::uint64_t page = address / page_bytes(); page <= (address + size - 1) / page_bytes(); ++page) {
        auto found = known_.find(page / kGroup);
        if (found == known_.end()) {
            if (known_.size() >= kMostKnown) known_.clear();
            found = known_.emplace(page / kGroup, ask(*pages_, page / kGroup)).first;
        }
        if ((found->second >> (page % kGroup) & 1U) == 0) return false;
    }
    return true;
}

bool CarefulReader::read_file(std::uint64_t address, std::span<std::byte> into) const {
    const Mapping* mapping = find(maps_, address);
    if (mapping == nullptr || mapping->inode == 0 || mapping->writable || !open_) return false;
    if (into.size() > mapping->end - address) return false;
    const FileKey key{std::uint64_t{mapping->device_major} << 32U | mapping->device_minor, mapping->inode};
    auto file = files_.find(key);
    if (file == files_.end()) {
        if (files_.size() >= kMostFiles) return false;
        auto opened = open_(*mapping);
        const bool usable = opened && opened->proven;
        file = files_.emplace(key, usable ? std::optional(std::move(*opened)) : std::nullopt).first;
    }
    if (!file->second) return false;
    const auto offset = static_cast<off_t>(mapping->offset + (address - mapping->start));
    return ::pread(file->second->fd.get(), into.data(), into.size(), offset) ==
           static_cast<ssize_t>(into.size());
}

Result<void> CarefulReader::read(std::uint64_t address, std::span<std::byte> into) const {
    if (exists(address, into.size())) return below_.read(address, into);
    if (read_file(address, into)) return {};
    return not_there(address);
}

Result<void> CarefulReader::read(std::span<Piece> pieces) const {
    std::vector<Piece> there;
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        pieces[i].read = false;
        if (exists(pieces[i].address, pieces[i].into.size())) {
            there.push_back(pieces[i]);
            which.push_back(i);
        } else {
            pieces[i].read = read_file(pieces[i].address, pieces[i].into);
        }
    }
    if (const auto done = below_.read(there); !done) return done.error();
    for (std::size_t i = 0; i < which.size(); ++i) pieces[which[i]].read = there[i].read;
    return {};
}

}  // namespace rampwatch::probe
