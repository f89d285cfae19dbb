// SPDX-License-Identifier: MIT
// What a module of a target exports (.dynsym), read out of the target's memory as the dynamic loader reads
// it: stripped files have it too, no file is opened, and an image will do. Some pages of the module's tables
// may be mapped by that, which cost the target no memory of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "core/probe/maps.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::probe {

class ExportedSymbols {
  public:
    // `first`: the mapping of the module's start (offset 0). Both must outlive this. Errors: bad_input (no
    // 64-bit little-endian ELF module, or none that exports by a hash table of GNU's kind), gone,
    // no_permission, io.
    static Result<ExportedSymbols> read(const MemoryReader& memory, const Mapping& first);

    // Address in the target of a symbol that the module defines. Some 5 small reads.
    [[nodiscard]] std::optional<std::uint64_t> find(std::string_view name) const;

  private:
    explicit ExportedSymbols(const MemoryReader& memory) : memory_(&memory) {}
    bool read_dynamic(std::uint64_t address, std::uint64_t size, std::uint64_t start);

    const MemoryReader* memory_;
    std::uint64_t bias_ = 0;
    std::uint64_t symbols_ = 0, strings_ = 0;
    std::uint64_t filter_ = 0, buckets_ = 0, chains_ = 0;  // addresses, of the hash table
    std::uint32_t bucket_count_ = 0, first_symbol_ = 0, filter_words_ = 0, filter_shift_ = 0;
};

}  // namespace rampwatch::probe
