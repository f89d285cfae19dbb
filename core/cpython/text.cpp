// SPDX-License-Identifier: MIT
#include "core/cpython/text.h"

#include <array>
#include <vector>

#include "core/cpython/record.h"

namespace rampwatch::cpython {
namespace {

constexpr std::size_t kLength = 16, kState = 32, kHeader = 36;

void append(std::string& text, std::uint32_t character) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (character > 0x10ffff || (character >= 0xd800 && character < 0xe000)) character = 0xfffd;
    if (character < 0x80) return put(character);
    if (character < 0x800) {
        put(0xc0 | character >> 6);
    } else {
        if (character < 0x10000) {
            put(0xe0 | character >> 12);
        } else {
            put(0xf0 | character >> 18);
            put(0x80 | (character >> 12 & 63));
        }
        put(0x80 | (character >> 6 & 63));
    }
    put(0x80 | (character & 63));
}

}  // namespace

std::string to_utf8(std::span<const std::byte> characters, std::size_t width) {
    std::string text;
    for (std::size_t at = 0; at + width <= characters.size(); at += width) {
        if (width == 1)
            append(text, number_at<std::uint8_t>(characters, at));
        else if (width == 2)
            append(text, number_at<std::uint16_t>(characters, at));
        else
            append(text, number_at<std::uint32_t>(characters, at));
    }
    return text;
}

std::optional<std::string> read_text(const probe::MemoryReader& memory, const Layout& layout,
                                     std::uint64_t address) {
    if (!is_pointer(address)) return std::nullopt;
    std::array<std::byte, kHeader> header{};
    if (!memory.read(address, header)) return std::nullopt;
    const std::uint64_t length = word_at(header, kLength);
    const auto state = number_at<std::uint32_t>(header, kState);
    const std::uint32_t width = state >> 2 & 7;
    const bool compact = (state >> 5 & 1) != 0, ascii = (state >> 6 & 1) != 0;
    if (!compact || length > kMostText || (width != 1 && width != 2 && width != 4)) return std::nullopt;
    std::vector<std::byte> characters(length * width);
    const std::uint64_t from = address + (ascii ? layout.text_ascii : layout.text_compact);
    if (!characters.empty() && !memory.read(from, characters)) return std::nullopt;
    return to_utf8(characters, width);
}

}  // namespace rampwatch::cpython
