// SPDX-License-Identifier: MIT
// Calls of JavaScript on a copied stack. A thread that has left V8, to wait or to call native code, stands
// below a frame that says so; from there the frame pointers lead to where V8 was entered, and above that
// there may be more of both. What does not lead to such an entry is no stack of V8's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/v8/objects.h"
#include "core/v8/stack_layout.h"

namespace rampwatch::v8 {

// A stack from `address` up.
struct StackWords {
    std::uint64_t address = 0;
    std::span<const std::uint64_t> words{};

    [[nodiscard]] bool holds(std::uint64_t at) const {
        return at % 8 == 0 && at >= address && (at - address) / 8 < words.size();
    }
    [[nodiscard]] std::uint64_t at(std::uint64_t place) const {
        return holds(place) ? words[(place - address) / 8] : 0;
    }
};

// One frame of JavaScript.
struct RawCall {
    std::uint64_t pc = 0;        // where it goes on; 0: not known
    std::uint64_t function = 0;  // its closure, tagged
    std::uint64_t shared = 0;
    std::uint64_t bytecode = 0, offset = 0;  // words of an interpreted one; of others anything
    bool entered = false;                    // called by native code
};

inline constexpr std::size_t kMostCalls = 20'000;

// Whether machine code that may call lies there.
using IsCode = std::function<bool(std::uint64_t address)>;

// Innermost first; empty where there are none.
std::vector<RawCall> find_calls(Objects& objects, const StackLayout& layout, const StackWords& stack,
                                const IsCode& is_code);

// Of a thread that is held while it runs: from its frame pointer on; empty where that leads to no entry.
std::vector<RawCall> calls_from(Objects& objects, const StackLayout& layout, const StackWords& stack,
                                std::uint64_t frame_pointer, std::uint64_t pc, const IsCode& is_code);

}  // namespace rampwatch::v8
