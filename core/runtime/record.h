// SPDX-License-Identifier: MIT
// Some bytes of a target, and numbers out of them, for the rooms of the runtimes. What lies outside is 0,
// never read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/probe/memory_reader.h"

namespace rampwatch::runtime {

template <class T>
T number_at(std::span<const std::byte> bytes, std::size_t offset) {
    T value{};
    if (offset <= bytes.size() && sizeof value <= bytes.size() - offset)
        std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

inline std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t offset) {
    return number_at<std::uint64_t>(bytes, offset);
}

// Of the user's half of the address space, aligned as an object is.
inline bool is_pointer(std::uint64_t word) {
    return word >= 0x10000 && word < (std::uint64_t{1} << 47) && word % 8 == 0;
}

// The word there, or 0.
inline std::uint64_t read_word(const probe::MemoryReader& memory, std::uint64_t address) {
    if (!is_pointer(address)) return 0;
    const auto word = memory.get<std::uint64_t>(address);
    return word ? *word : 0;
}

}  // namespace rampwatch::runtime
