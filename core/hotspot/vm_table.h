// SPDX-License-Identifier: MIT
// What HotSpot tells of itself: libjvm exports tables of its types, their fields and its constants, for
// debuggers (src/hotspot/share/runtime/vmStructs.hpp), in stripped builds too. Which types and fields are in
// them differs from version to version; what is there, is right for this build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::hotspot {

// Address in the target of what the module exports by that name.
using FindExported = std::function<std::optional<std::uint64_t>(std::string_view name)>;

class VmTable {
  public:
    // About 100 KiB and a few dozen reads. Errors: not_found (no such tables are exported), bad_input (a
    // table that makes no sense), and whatever hinders a read.
    static Result<VmTable> read(const probe::MemoryReader& memory, const FindExported& exported);

    // Of a field in an object, from its start; empty where there is none of that name.
    [[nodiscard]] std::optional<std::uint64_t> offset(std::string_view type, std::string_view field) const;
    // Where a static field lies.
    [[nodiscard]] std::optional<std::uint64_t> address(std::string_view type, std::string_view field) const;
    [[nodiscard]] std::optional<std::uint64_t> size(std::string_view type) const;
    [[nodiscard]] std::optional<std::int64_t> constant(std::string_view name) const;

    static constexpr std::size_t kMostEntries = 8192;  // of a table

  private:
    struct Field {
        bool is_static = false;
        std::uint64_t offset = 0, address = 0;
    };
    [[nodiscard]] const Field* field(std::string_view type, std::string_view name) const;

    std::map<std::string, Field, std::less<>> fields_{};  // "JavaThread::_anchor"
    std::map<std::string, std::uint64_t, std::less<>> sizes_{};
    std::map<std::string, std::int64_t, std::less<>> constants_{};
};

}  // namespace rampwatch::hotspot
