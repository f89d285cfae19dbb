// SPDX-License-Identifier: MIT
// Places by the names of a HotSpot's own tables, where versions have different ones.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "core/hotspot/vm_table.h"

namespace rampwatch::hotspot {

// Looks fields up by any of their names, and notes the first that has none.
class Lookup {
  public:
    static constexpr std::uint64_t kMostOffset = 1 << 16;
    using Name = std::pair<std::string_view, std::string_view>;
    explicit Lookup(const VmTable& table) : table_(table) {}

    std::uint64_t offset(std::initializer_list<Name> names) {
        for (const auto& [type, field] : names) {
            const auto found = table_.offset(type, field);
            if (found && *found < kMostOffset) return *found;
        }
        return missing(*names.begin());
    }
    std::uint64_t offset(std::string_view type, std::string_view field) { return offset({{type, field}}); }
    std::uint64_t address(std::initializer_list<Name> names) {
        for (const auto& [type, field] : names) {
            if (const auto found = table_.address(type, field)) return *found;
        }
        return missing(*names.begin());
    }
    std::uint64_t address(std::string_view type, std::string_view field) { return address({{type, field}}); }
    std::uint64_t size(std::string_view type) {
        const auto found = table_.size(type);
        if (found && *found > 0 && *found < kMostOffset) return *found;
        return missing({type, "size"});
    }
    std::int64_t constant(std::initializer_list<std::string> names) {
        for (const std::string& name : names) {
            if (const auto found = table_.constant(name)) return *found;
        }
        return static_cast<std::int64_t>(missing({*names.begin(), "value"}));
    }
    [[nodiscard]] const std::string& missing() const { return missing_; }

  private:
    std::uint64_t missing(Name name) {
        if (missing_.empty()) missing_ = fmt::format("{}::{}", name.first, name.second);
        return 0;
    }

    const VmTable& table_;
    std::string missing_{};
};

}  // namespace rampwatch::hotspot
