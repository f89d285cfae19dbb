// SPDX-License-Identifier: MIT
#include "core/v8/objects.h"

#include <algorithm>
#include <array>

#include "core/runtime/record.h"

namespace rampwatch::v8 {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr int kMostDepth = 64, kMostParts = 4096;  // of a string in parts
constexpr std::int32_t kExternalData = 24;         // of an external string: where its characters lie

void append(std::string& text, char32_t letter) {
    if (letter < 0x80) {
        text += static_cast<char>(letter);
    } else if (letter < 0x800) {
        text += static_cast<char>(0xc0 | letter >> 6);
        text += static_cast<char>(0x80 | (letter & 0x3f));
    } else {
        if (letter < 0x10000) {
            text += static_cast<char>(0xe0 | letter >> 12);
        } else {
            text += static_cast<char>(0xf0 | letter >> 18);
            text += static_cast<char>(0x80 | (letter >> 12 & 0x3f));
        }
        text += static_cast<char>(0x80 | (letter >> 6 & 0x3f));
        text += static_cast<char>(0x80 | (letter & 0x3f));
    }
}

// A pair of surrogates is one letter; a lone one is what stands for what cannot be shown.
class Utf8 {
  public:
    void add(char16_t unit) {
        const bool high = unit >= 0xd800 && unit < 0xdc00, low = unit >= 0xdc00 && unit < 0xe000;
        if (high_ != 0 && low) {
            append(text, 0x10000 + ((char32_t{high_} - 0xd800) << 10) + (unit - 0xdc00));
            high_ = 0;
            return;
        }
        if (high_ != 0) append(text, 0xfffd);
        high_ = high ? unit : char16_t{0};
        if (!high) append(text, low ? char32_t{0xfffd} : char32_t{unit});
    }
    std::string text{};

  private:
    char16_t high_ = 0;
};

}  // namespace

void Objects::begin(const probe::MemoryReader& memory) {
    memory_ = &memory;
    types_.clear();
}

std::uint64_t Objects::word(std::uint64_t object, std::int32_t offset) const {
    return is_object(object) ? runtime::read_word(*memory_, object - 1 + static_cast<std::uint64_t>(offset))
                             : 0;
}

std::optional<std::uint32_t> Objects::length_of(std::uint64_t string) const {
    if (!is_object(string)) return std::nullopt;
    const auto length =
        memory_->get<std::uint32_t>(string - 1 + static_cast<std::uint64_t>(layout_.string_length));
    return length ? std::optional(*length) : std::nullopt;
}

std::int32_t Objects::read_type(std::uint64_t map) const {
    const std::uint64_t meta = word(map, 0);
    if (!is_object(meta) || word(meta, 0) != meta) return kNoType;
    const auto type = memory_->get<std::uint16_t>(map - 1 + static_cast<std::uint64_t>(layout_.map_type));
    return type ? *type : kNoType;
}

std::int32_t Objects::type_by_map(std::uint64_t map) {
    if (!is_object(map)) return kNoType;
    const auto known = types_.find(map);
    if (known != types_.end()) return known->second;
    if (types_.size() >= kMostMaps) types_.clear();
    return types_.emplace(map, read_type(map)).first->second;
}

std::int32_t Objects::type_of(std::uint64_t object) {
    return is_object(object) ? type_by_map(word(object, 0)) : kNoType;
}

// Characters that lie one after the other.
bool Objects::stored(std::uint64_t address, std::uint64_t count, bool one_byte, const Use& use) const {
    std::array<std::uint8_t, 4096> piece{};
    const std::uint64_t width = one_byte ? 1 : 2;
    while (count > 0) {
        const std::uint64_t some = std::min<std::uint64_t>(count, piece.size() / width);
        const auto into = std::span(piece).first(some * width);
        if (!memory_->read(address, std::as_writable_bytes(into))) return false;
        if (one_byte) {
            use.one(into);
        } else {
            std::array<char16_t, 2048> wide{};
            std::copy(into.begin(), into.end(), reinterpret_cast<std::uint8_t*>(wide.data()));
            use.two(std::span(wide).first(some));
        }
        address += some * width;
        count -= some;
    }
    return true;
}

bool Objects::characters(std::uint64_t string, Part part, int depth, const Use& use) {
    const std::int32_t type = type_of(string);
    if (type == kNoType || type >= layout_.first_no_string || depth > kMostDepth || --parts_left_ < 0)
        return false;
    const auto length = length_of(string);
    if (!length || part.from > *length || part.count > *length - part.from) return false;
    if (part.count == 0) return true;
    const std::int32_t shape = type & layout_.string_shape;
    const bool one_byte = (type & layout_.string_one_byte) != 0;
    const std::uint64_t width = one_byte ? 1 : 2;
    if (shape == layout_.shape_cons) {
        const std::uint64_t first = word(string, layout_.cons_first),
                            second = word(string, layout_.cons_second);
        const auto of_first = length_of(first);
        if (!of_first || *of_first > *length) return false;
        const std::uint64_t end = part.from + part.count, split = *of_first;
        if (part.from < split &&
            !characters(first, {part.from, std::min(end, split) - part.from}, depth + 1, use))
            return false;
        const std::uint64_t from = std::max(part.from, split);
        return end <= split || characters(second, {from - split, end - from}, depth + 1, use);
    }
    if (shape == layout_.shape_thin)
        return characters(word(string, layout_.thin_actual), part, depth + 1, use);
    if (shape == layout_.shape_sliced) {
        const std::int32_t from = smi_of(word(string, layout_.sliced_offset));
        if (from < 0) return false;
        part.from += static_cast<std::uint64_t>(from);
        return characters(word(string, layout_.sliced_parent), part, depth + 1, use);
    }
    if (shape == layout_.shape_external)
        return stored(word(string, kExternalData) + part.from * width, part.count, one_byte, use);
    if (shape != 0) return false;
    return stored(string - 1 + static_cast<std::uint64_t>(layout_.string_characters) + part.from * width,
                  part.count, one_byte, use);
}

bool Objects::characters(std::uint64_t string, std::size_t most, const Use& use) {
    const auto length = length_of(string);
    parts_left_ = kMostParts;
    if (!length || *length > most) return false;
    return characters(string, {0, *length}, 0, use);
}

std::optional<std::string> Objects::text(std::uint64_t string, std::size_t most) {
    const auto length = length_of(string);
    parts_left_ = kMostParts;
    if (!length) return std::nullopt;
    Utf8 text;
    const Use use{[&](std::span<const std::uint8_t> some) {
                      for (const std::uint8_t letter : some) text.add(letter);
                  },
                  [&](std::span<const char16_t> some) {
                      for (const char16_t letter : some) text.add(letter);
                  }};
    if (!characters(string, {0, std::min<std::uint64_t>(*length, most)}, 0, use)) return std::nullopt;
    return std::move(text.text);
}

std::vector<std::byte> Objects::bytes(std::uint64_t array) {
    const std::int32_t type = type_of(array);
    if (type == kNoType || (type != layout_.byte_array && type != layout_.trusted_byte_array)) return {};
    const std::uint64_t length = word(array, layout_.array_length);
    if (!is_smi(length) || smi_of(length) <= 0 || static_cast<std::size_t>(smi_of(length)) > kMostBytes)
        return {};
    std::vector<std::byte> bytes(static_cast<std::size_t>(smi_of(length)));
    if (!memory_->read(array - 1 + static_cast<std::uint64_t>(layout_.array_data), bytes)) return {};
    return bytes;
}

}  // namespace rampwatch::v8
