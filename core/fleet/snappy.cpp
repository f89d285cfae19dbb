// SPDX-License-Identifier: MIT
#include "core/fleet/snappy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace rampwatch::fleet {
namespace {

Error damaged(std::string_view what) {
    return {Error::Kind::bad_input, fmt::format("a damaged snappy block: {}", what), {}, {}};
}

// `count` bytes, the lowest first; they are cut off.
std::optional<std::size_t> little(std::string_view& bytes, std::size_t count) {
    if (bytes.size() < count) return std::nullopt;
    std::size_t number = 0;
    for (std::size_t i = count; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
    bytes.remove_prefix(count);
    return number;
}

std::optional<std::size_t> varint(std::string_view& bytes) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return number < (1ULL << 32) ? std::optional<std::size_t>(number) : std::nullopt;
    }
    return std::nullopt;
}

// A literal's length stands in its tag up to 60; else 1 to 4 bytes behind the tag have it.
std::optional<std::size_t> literal_length(unsigned tag, std::string_view& block) {
    const std::size_t length = tag >> 2;
    if (length < 60) return length + 1;
    const auto more = little(block, length - 59);
    return more ? std::optional(*more + 1) : std::nullopt;
}

struct Copy {
    std::size_t length = 0, offset = 0;
};

std::optional<Copy> copy_of(unsigned tag, std::string_view& block) {
    if ((tag & 3) == 1) {
        const auto low = little(block, 1);
        if (!low) return std::nullopt;
        return Copy{4 + (tag >> 2 & 7), (static_cast<std::size_t>(tag >> 5) << 8) + *low};
    }
    const auto offset = little(block, (tag & 3) == 2 ? 2 : 4);
    return offset ? std::optional(Copy{(tag >> 2) + 1, *offset}) : std::nullopt;
}

}  // namespace

Result<std::string> unsnap(std::string_view block, std::size_t most) {
    const auto length = varint(block);
    if (!length) return damaged("no length");
    if (*length > most) {
        return Error{Error::Kind::bad_input,
                     fmt::format("a snappy block of {} bytes, more than {}", *length, most),
                     {},
                     {}};
    }
    // No tag makes more than 64 bytes out of fewer than 2: what it says cannot come out of less.
    if (*length / 64 > block.size()) return damaged("shorter than it says");
    std::string out;
    out.reserve(*length);
    while (!block.empty()) {
        const auto tag = static_cast<unsigned char>(block.front());
        block.remove_prefix(1);
        if ((tag & 3) == 0) {
            const auto count = literal_length(tag, block);
            if (!count || *count > block.size() || out.size() + *count > *length)
                return damaged("a literal too long");
            out.append(block.substr(0, *count));
            block.remove_prefix(*count);
            continue;
        }
        const auto copy = copy_of(tag, block);
        if (!copy || copy->offset == 0 || copy->offset > out.size())
            return damaged("a copy from before its beginning");
        if (out.size() + copy->length > *length) return damaged("longer than it says");
        // Byte by byte: a copy may reach into what it makes.
        for (std::size_t i = 0; i < copy->length; ++i) out += out[out.size() - copy->offset];
    }
    if (out.size() != *length) return damaged("shorter than it says");
    return out;
}

std::string snap(std::string_view bytes) {
    std::string block;
    for (std::size_t rest = bytes.size();; rest >>= 7) {
        block += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
        if (rest <= 0x7f) break;
    }
    constexpr std::size_t kPiece = 60;  // the longest literal whose length fits its tag
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
        const std::string_view piece = bytes.substr(at, kPiece);
        block += static_cast<char>((piece.size() - 1) << 2);
        block += piece;
    }
    return block;
}

}  // namespace rampwatch::fleet
