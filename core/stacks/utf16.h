// SPDX-License-Identifier: MIT
// Text as Windows' shells write what they are to save: two bytes a character.
#pragma once

#include <string>
#include <string_view>

namespace rampwatch::stacks {

// Whether `text` begins with the mark of UTF-16, of either order.
bool is_utf16(std::string_view text);

// The same in UTF-8, without the mark. Halves of a pair that stand alone become U+FFFD; an odd last byte is
// left out.
std::string utf8_of_utf16(std::string_view text);

}  // namespace rampwatch::stacks
