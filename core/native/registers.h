// SPDX-License-Identifier: MIT
// What is known of one thread at one moment: some registers, and a copy of its stack.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rampwatch::native {

inline constexpr std::size_t kRegisterCount = 17;  // of x86-64, numbered as DWARF does
inline constexpr std::size_t kFramePointer = 6;    // rbp
inline constexpr std::size_t kStackPointer = 7;    // rsp
inline constexpr std::size_t kProgramCounter = 16;

struct Registers {
    std::array<std::uint64_t, kRegisterCount> values{};
    std::uint32_t known = 0;  // bit n: values[n] is known

    [[nodiscard]] bool knows(std::size_t number) const { return (known >> number & 1U) != 0; }
    void set(std::size_t number, std::uint64_t value) {
        values[number] = value;
        known |= 1U << number;
    }
    void forget(std::size_t number) { known &= ~(1U << number); }
    friend bool operator==(const Registers&, const Registers&) = default;
};

struct StackCopy {
    std::uint64_t address = 0;
    std::vector<std::byte> bytes{};
};

}  // namespace rampwatch::native
