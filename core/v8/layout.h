// SPDX-License-Identifier: MIT
// Where V8 keeps what is read of it, as it says itself to debuggers: a number an exported symbol, by the name
// v8dbg_CLASS__FIELD__TYPE (tools/gen-postmortem-metadata.py of V8). Names change with the types in them, so
// that each is looked for by all the names that it had. What V8 does not say is a rule by version, from its
// sources, and checked where it is used.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::v8 {

struct Version {
    int major = 0, minor = 0, build = 0;

    friend auto operator<=>(const Version&, const Version&) = default;
};
inline constexpr Version kOldest{10, 2, 0}, kNewest{14, 99, 0};
// Whether its Node was tried: 20, 22, 24 or 26.
bool is_tested(const Version& version);

// Offsets in bytes from an object's start; types as a map's instance type has them. 0: not there.
struct Layout {
    Version version{};
    std::int32_t map_type = 0;
    std::int32_t function_shared = 0, function_context = 0;
    std::int32_t shared_name = 0, shared_script = 0;
    std::int32_t script_name = 0, script_source = 0, script_line_ends = 0;
    std::int32_t bytecode_data = 0, bytecode_positions = 0;
    std::int32_t code_holder = 0;  // of a Code: what leads to the bytecode of a function compiled simply
    std::int32_t array_length = 0, array_data = 0;
    std::int32_t string_length = 0, string_characters = 0;
    std::int32_t cons_first = 0, cons_second = 0, thin_actual = 0, sliced_parent = 0, sliced_offset = 0;
    std::int32_t scope_locals = 0, scope_first = 0;  // slots of a ScopeInfo
    std::int32_t reaction_next = 0;                  // of a PromiseReaction; its handlers follow
    std::int32_t lazy_start = 0, lazy_name = 0;      // of a function that was not compiled yet

    std::int32_t first_no_string = 0, string_shape = 0, string_one_byte = 0;
    std::int32_t shape_cons = 0, shape_external = 0, shape_sliced = 0, shape_thin = 0;

    std::int32_t async_function =
        0;  // the type before it is that of generators, the one behind of async ones
    std::int32_t first_function = 0, last_function = 0;
    std::int32_t shared_function = 0, bytecode_array = 0, code = 0, interpreter_data = 0, script = 0;
    std::int32_t scope_info = 0, fixed_array = 0, byte_array = 0, trusted_byte_array = 0;
    std::int32_t promise = 0, reaction = 0, generator_request = 0;
    std::int32_t first_lazy = 0, last_lazy = -1;  // no type, where it is not told
    std::int32_t free_space = 0;
    bool free_space_in_words = false;  // its size; else in bytes
    bool scope_has_positions = false;  // in the slots before the first of locals
    bool unsigned_offsets = false;     // of a table of positions: see positions.h

    [[nodiscard]] bool is_function(std::int32_t type) const {
        return type >= first_function && type <= last_function;
    }
};

using FindSymbol = std::function<std::optional<std::uint64_t>(std::string_view name)>;

// Empty: no V8 is exported there.
std::optional<Version> read_version(const FindSymbol& find, const probe::MemoryReader& memory);

// Errors: unavailable (a version, or a build, that is not read), bad_input (what it says of itself lacks
// something or cannot be right, by its name).
Result<Layout> layout_of(const Version& version, const FindSymbol& find, const probe::MemoryReader& memory);

std::string to_text(const Version& version);

}  // namespace rampwatch::v8
