// SPDX-License-Identifier: MIT
// Numbers out of a Python's memory, and what its objects begin with.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/runtime/record.h"

namespace rampwatch::cpython {

using runtime::is_pointer;
using runtime::number_at;
using runtime::read_word;
using runtime::word_at;

// A number of references that a living object has, and no immortal one; a dead one has 0.
inline bool is_count(std::uint64_t word) { return word > 0 && word < (std::uint64_t{1} << 31); }

// What every object begins with.
inline constexpr std::size_t kReferences = 0, kType = 8, kSize = 16;
// Of a type: const char *tp_name, its sizes, its flags and members.
inline constexpr std::size_t kTypeName = 24, kTypeSize = 32, kTypeItem = 40, kTypeFlags = 168,
                             kTypeMembers = 240;

}  // namespace rampwatch::cpython
