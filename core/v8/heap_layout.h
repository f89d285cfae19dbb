// SPDX-License-Identifier: MIT
// What of V8's own words is needed to read its heap object by object, beside what layout.h has: how large
// objects are, and which type is what.
#pragma once

#include <cstdint>
#include <string>

#include "core/v8/layout.h"

namespace rampwatch::v8 {

inline constexpr std::int32_t kNoSuchType = 0xffff;

// Offsets in bytes from an object's start; types as a map's instance type has them, kNoSuchType where this V8
// has none.
struct HeapLayout {
    std::int32_t map_size = 0, map_constructor = 0;
    std::int32_t buffer_bytes = 0, buffer_store = 0;  // of an ArrayBuffer
    std::int32_t descriptors = 0;                     // where they begin in their array
    std::int32_t context_scope = 0, context_outer = 0;

    std::int32_t first_receiver = 0;  // from here on objects of JavaScript
    std::int32_t first_context = 0, last_context = 0;
    std::int32_t array_buffer = 0, bound_function = 0;
    std::int32_t js_array = 0, js_map = 0, js_set = 0;
    std::int32_t fixed_double_array = 0, property_array = 0;
    std::int32_t descriptor_array = 0, strong_descriptor_array = 0;
    std::int32_t weak_fixed_array = 0, weak_array_list = 0, array_list = 0, boilerplate = 0;
    std::int32_t trusted_fixed_array = 0, protected_fixed_array = 0;
    std::int32_t heap_number = 0, map = 0, prototype_info = 0, property_cell = 0;
    std::int32_t feedback_cell = 0, bytecode_wrapper = 0, code_wrapper = 0;
    // What fills one or two words that nobody uses.
    std::int32_t filler = 0;

    std::string missing{};  // the symbol that a heap cannot be read without; empty: it can be
};

HeapLayout heap_layout_of(const Layout& layout, const FindSymbol& find, const probe::MemoryReader& memory);

}  // namespace rampwatch::v8
