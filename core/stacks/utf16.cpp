// SPDX-License-Identifier: MIT
#include "core/stacks/utf16.h"

#include <cstdint>

#include "core/stacks/json_scan.h"

namespace rampwatch::stacks {

bool is_utf16(std::string_view text) { return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"); }

std::string utf8_of_utf16(std::string_view text) {
    const bool is_big = text.starts_with('\xfe');
    const auto unit_at = [&](std::size_t at) -> std::uint32_t {
        if (at + 1 >= text.size()) return 0;
        const std::uint32_t first = static_cast<unsigned char>(text[at]);
        const std::uint32_t second = static_cast<unsigned char>(text[at + 1]);
        return is_big ? first << 8 | second : second << 8 | first;
    };
    std::string result;
    result.reserve(text.size() / 2);
    for (std::size_t at = 2; at + 1 < text.size(); at += 2) {
        std::uint32_t code = unit_at(at);
        const std::uint32_t next = unit_at(at + 2);
        if (code >= 0xd800 && code < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
            at += 2;
        } else if (code >= 0xd800 && code < 0xe000) {
            code = 0xfffd;
        }
        append_utf8(result, code);
    }
    return result;
}

}  // namespace rampwatch::stacks
