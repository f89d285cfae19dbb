// SPDX-License-Identifier: MIT
// Objects of classes in memory without chunk headers: an array of them, or a pool. Pure but for the classes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/cxx/class_names.h"

namespace rampwatch::cxx {

struct ArrayPart {
    std::uint32_t number = 0;    // of ClassNames; 0 of callbacks
    std::uint64_t function = 0;  // of callbacks: where their code is
    std::int64_t count = 0;
    std::int64_t bytes = 0;  // by the commonest distance between two of them
};

// A class whose words always follow those of another at the same distance is a member of that one, and left
// out. One that is met only once in `words` has no size, and is left out as well.
//
// Pointers to one function at an even distance, sixteen or more of them, are callbacks; that function is told
// which stands first, as std::function keeps two. Only where there are no classes.
std::vector<ArrayPart> scan_arrays(std::span<const std::uint64_t> words, ClassNames& classes,
                                   const Modules& modules);

}  // namespace rampwatch::cxx
