// SPDX-License-Identifier: MIT
// Reads that leave no trace in the target: only pages that exist. A page of a file that the target has not
// touched, in a mapping that it cannot write to, is read from the file instead.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/probe/maps.h"
#include "core/probe/memory_reader.h"
#include "core/probe/pagemap.h"

namespace rampwatch::probe {

// For one short reading: which pages exist is asked once for each. All arguments must outlive it; without
// `pages` nothing at all is read.
class CarefulReader : public MemoryReader {
  public:
    using OpenModule = std::function<Result<ModuleFile>(const Mapping&)>;

    CarefulReader(const MemoryReader& below, const Maps& maps, const Pagemap* pages, OpenModule open = {})
        : below_(below), maps_(maps), pages_(pages), open_(std::move(open)) {}

    using MemoryReader::get;
    // io, beside the usual ones, for what does not exist.
    Result<void> read(std::uint64_t address, std::span<std::byte> into) const override;
    Result<void> read(std::span<Piece> pieces) const override;

  private:
    using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device and inode, as mapped
    [[nodiscard]] bool exists(std::uint64_t address, std::uint64_t size) const;
    [[nodiscard]] bool read_file(std::uint64_t address, std::span<std::byte> into) const;

    const MemoryReader& below_;
    const Maps& maps_;
    const Pagemap* pages_;
    OpenModule open_;
    mutable std::unordered_map<std::uint64_t, std::uint64_t> known_{};  // 64 pages a word, by page / 64
    mutable std::map<FileKey, std::optional<ModuleFile>> files_{};
};

}  // namespace rampwatch::probe
