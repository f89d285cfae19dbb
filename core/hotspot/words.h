// SPDX-License-Identifier: MIT
// Numbers out of a HotSpot's memory.
#pragma once

#include <cstdint>

#include "core/runtime/record.h"

namespace rampwatch::hotspot {

using runtime::is_pointer;
using runtime::number_at;
using runtime::word_at;

// Of the user's half of the address space, aligned or not.
inline bool is_address(std::uint64_t word) { return word >= 0x10000 && word < (std::uint64_t{1} << 47); }

// What lies there, or 0.
template <class T = std::uint64_t>
T read_number(const probe::MemoryReader& memory, std::uint64_t address) {
    if (!is_address(address)) return {};
    const auto value = memory.get<T>(address);
    return value ? *value : T{};
}

}  // namespace rampwatch::hotspot
