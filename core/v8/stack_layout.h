// SPDX-License-Identifier: MIT
// Where V8 keeps what its stacks are read by, beside what layout.h has: words of a frame by its frame
// pointer, and of compiled code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/v8/layout.h"

namespace rampwatch::v8 {

struct StackLayout {
    // From the frame pointer.
    std::int32_t context = 0, function = 0, bytecode = 0, offset = 0;
    // Kinds of frames, as they stand in place of a context: how V8 is entered, and how it is left.
    std::vector<std::int32_t> entries{}, exits{};
    // Of a Code, from its start; no size where it is 0.
    std::int32_t code_start = 0, code_size = 0, code_flags = 0, code_positions = 0, code_deopt = 0;
    std::int32_t kind_mask = 0, kind_shift = 0, kind_baseline = 0;
    // Of what undoes an optimisation: elements of an array.
    std::int32_t literals = 0, inlined = 0;
    std::int32_t shared_wrapper = 0;  // a type; its function follows its map; -1: there is none

    std::string missing{};  // the symbol that stacks cannot be read without; empty: they can be
};

StackLayout stack_layout_of(const Layout& layout, const FindSymbol& find, const probe::MemoryReader& memory);

}  // namespace rampwatch::v8
