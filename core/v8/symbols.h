// SPDX-License-Identifier: MIT
// What V8 says of itself to debuggers: a number behind an exported symbol.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/probe/memory_reader.h"
#include "core/v8/layout.h"

namespace rampwatch::v8 {

// A member of `T`, and the names that its symbol had, without "v8dbg_".
template <class T>
struct SymbolRow {
    std::int32_t T::*into;
    std::array<std::string_view, 3> names;
};

class Symbols {
  public:
    Symbols(const FindSymbol& find, const probe::MemoryReader& memory) : find_(find), memory_(memory) {}

    [[nodiscard]] std::optional<std::int32_t> number(std::string_view symbol) const {
        if (symbol.empty()) return std::nullopt;
        const auto place = find_(symbol);
        if (!place) return std::nullopt;
        const auto value = memory_.get<std::int32_t>(*place);
        if (!value) return std::nullopt;
        return *value;
    }
    [[nodiscard]] std::optional<std::int32_t> said(std::string_view name) const {
        return name.empty() ? std::nullopt : number("v8dbg_" + std::string(name));
    }
    template <class T>
    [[nodiscard]] std::optional<std::int32_t> said(const SymbolRow<T>& row) const {
        for (const std::string_view name : row.names) {
            if (const auto value = said(name)) return value;
        }
        return std::nullopt;
    }

    // All that are said and lie between `least` and `most`, into it; the first that is not, by its newest
    // name with "v8dbg_": empty where there is none.
    template <class T>
    [[nodiscard]] std::string take(std::span<const SymbolRow<T>> rows, std::int32_t least, std::int32_t most,
                                   T& into) const {
        std::string missing;
        for (const SymbolRow<T>& row : rows) {
            const auto value = said(row);
            if (value && *value >= least && *value <= most)
                into.*row.into = *value;
            else if (missing.empty())
                missing = "v8dbg_" + std::string(row.names.front());
        }
        return missing;
    }

  private:
    const FindSymbol& find_;
    const probe::MemoryReader& memory_;
};

}  // namespace rampwatch::v8
