// SPDX-License-Identifier: MIT
// How wide the screen was that a text was cut to.
#pragma once

#include <cstddef>
#include <string_view>

namespace rampwatch::stacks {

// Characters: a byte that continues a UTF-8 sequence is none.
std::size_t columns_of(std::string_view line);

// The width at which lines of `text` were cut: next to none are longer, and far more end there than one or
// two columns before. 0 where the lines have their own ends. Linear.
std::size_t cut_width(std::string_view text);

}  // namespace rampwatch::stacks
