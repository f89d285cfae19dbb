// SPDX-License-Identifier: MIT
#include "core/cxx/chunk_types.h"

#include <algorithm>

#include <fmt/format.h>

namespace rampwatch::cxx {

namespace {

using runtime::TypeId;
using runtime::TypeKind;

constexpr std::size_t kMostWords = 8;   // of a chunk's own in which a class is looked for
constexpr std::size_t kLeastText = 12;  // letters
constexpr std::size_t kMostText = 24;
constexpr std::uint64_t kExact = 1024;  // sizes below are told as they are

// Bytes of a UTF-8 letter that begins with `first`; 0: none does.
std::size_t letter_size(unsigned first) {
    if (first >= 0x20 && first < 0x7f) return 1;
    if (first == '\t' || first == '\n' || first == '\r') return 1;
    if (first >= 0xc2 && first < 0xe0) return 2;
    if (first >= 0xe0 && first < 0xf0) return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

}  // namespace

bool is_text(std::span<const std::byte> bytes) {
    bytes = bytes.first(std::min(bytes.size(), kMostText));
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::size_t size = letter_size(std::to_integer<unsigned>(bytes[at]));
        if (size == 0) break;
        for (std::size_t i = 1; i < size && at + i < bytes.size(); ++i) {
            if ((std::to_integer<unsigned>(bytes[at + i]) & 0xc0U) != 0x80) return at >= kLeastText;
        }
        at += size;
    }
    return at >= kLeastText;
}

TypeId TypeTable::id(TypeKind kind, const std::string& name) {
    const auto known = ids_.find({kind, name});
    if (known != ids_.end()) return known->second;
    const bool full = names_.size() + 1 >= kMost;
    if (full && !(kind == TypeKind::chunk && name == "other")) return id(TypeKind::chunk, "other");
    const auto number = static_cast<TypeId>(names_.size());
    names_.push_back({kind, name});
    ids_.emplace(std::pair(kind, name), number);
    return number;
}

TypeId ChunkTypes::of_class(std::uint32_t number, std::size_t word, std::uint64_t size) {
    // An object's own size says nothing new; that of a node tells one kind of node from another.
    const std::uint64_t node = word == 0 ? 0 : std::min<std::uint64_t>(size, 1U << 20);
    const std::uint64_t key = std::uint64_t{number} << 32 | node << 4 | word;
    const auto known = of_classes_.find(key);
    if (known != of_classes_.end()) return known->second;
    std::string name = classes_.name(number);
    if (word != 0) name = fmt::format("{} at +{} in {} B", name, word * 8, size);
    return of_classes_[key] = table_.id(TypeKind::type, name);
}

TypeId ChunkTypes::of_size(std::uint64_t size) {
    const std::uint64_t from = size < kExact ? size : size / kExact * kExact;
    const auto known = of_sizes_.find(from);
    if (known != of_sizes_.end()) return known->second;
    const std::string name =
        size < kExact ? fmt::format("{} B", size) : fmt::format("{} to {} KiB", from / 1024, from / 1024 + 1);
    return of_sizes_[from] = table_.id(TypeKind::chunk, name);
}

TypeId ChunkTypes::type_of(std::span<const std::uint64_t> words, std::uint64_t size) {
    const auto looked = words.first(std::min(words.size(), kMostWords));
    for (std::size_t i = 0; i < looked.size(); ++i) {
        if (const std::uint32_t number = classes_.class_of(looked[i])) return of_class(number, i, size);
    }
    return is_text(std::as_bytes(looked)) ? text() : of_size(size);
}

TypeId ChunkTypes::array_of(std::uint32_t number) {
    return table_.id(TypeKind::array, classes_.name(number));
}
TypeId ChunkTypes::callbacks(const std::string& function) {
    return table_.id(TypeKind::array, "callbacks to " + function);
}
TypeId ChunkTypes::free() { return table_.id(TypeKind::free, "free"); }
TypeId ChunkTypes::buffer() { return table_.id(TypeKind::buffer, "large buffers"); }
TypeId ChunkTypes::text() { return table_.id(TypeKind::text, "text"); }

}  // namespace rampwatch::cxx
