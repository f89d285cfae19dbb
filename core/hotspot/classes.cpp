// SPDX-License-Identifier: MIT
#include "core/hotspot/classes.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/base/java_name.h"
#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::uint64_t kMostObject = std::uint64_t{1} << 40;
constexpr std::size_t kMostKlass = 512;  // bytes of a class that are read
constexpr std::size_t kBatch = 512;      // classes read at once

std::string_view plain_type(char mark) {
    switch (mark) {
        case 'B':
            return "byte";
        case 'C':
            return "char";
        case 'D':
            return "double";
        case 'F':
            return "float";
        case 'I':
            return "int";
        case 'J':
            return "long";
        case 'S':
            return "short";
        case 'Z':
            return "boolean";
        default:
            return {};
    }
}

// A lock's words, an identity hash or a pointer: an object's first word (oops/markWord.hpp), of which few
// values are possible.
bool is_mark(std::uint64_t word) {
    constexpr std::uint64_t kLock = 3, kUnlocked = 1, kBiased = 5;
    if ((word & 7) == kBiased) return word < std::uint64_t{1} << 47;
    if ((word & kLock) == kUnlocked) return (word >> 42) == 0;
    return word > 0xffff && word < std::uint64_t{1} << 47;
}

}  // namespace

std::string class_name_for_people(std::string_view name) {
    std::size_t dimensions = 0;
    while (dimensions < name.size() && name[dimensions] == '[') ++dimensions;
    name.remove_prefix(dimensions);
    std::string text(name);
    if (dimensions > 0) {
        const std::string_view plain = name.size() == 1 ? plain_type(name.front()) : std::string_view();
        if (!plain.empty())
            text = plain;
        else if (name.size() > 2 && name.front() == 'L' && name.back() == ';')
            text = name.substr(1, name.size() - 2);
    }
    std::replace(text.begin(), text.end(), '/', '.');
    // What tells hidden classes apart stands before a method's name.
    const auto plus = text.rfind('+');
    if (plus != std::string::npos || text.find("$$Lambda") != std::string::npos) {
        text = java_name(text + ".x");
        text.resize(text.size() - 2);
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(dimensions, 255); ++i) text += "[]";
    return text;
}

void Classes::take(std::span<const std::byte> bytes, std::uint64_t address) {
    LoadedClass loaded;
    loaded.address = address;
    loaded.helper = number_at<std::uint32_t>(bytes, layout_.method.klass_helper);
    if (static_cast<std::int32_t>(loaded.helper) < 0) loaded.size = LoadedClass::Size::array;
    if (loaded.helper == 0) return;
    const std::uint64_t word = object_.short_classes ? objects_->narrow(address) : address;
    if (word != 0) classes_.emplace(word, loaded);
}

// From java.lang.Object down by those that extend it, and from each to all that its loader has loaded, which
// are the arrays too.
void Classes::walk(const probe::MemoryReader& memory, runtime::Budget& budget) {
    const ClassLayout& at = heap_.classes;
    const std::size_t size = std::min<std::size_t>(
        kMostKlass, std::max({at.loader, at.next, at.child, at.sibling, layout_.method.klass_helper}) + 8);
    std::unordered_set<std::uint64_t> seen, loaders;
    std::vector<std::uint64_t> waiting;
    const auto add = [&](std::uint64_t klass) {
        if (is_pointer(klass) && seen.size() < kMostClasses && seen.insert(klass).second)
            waiting.push_back(klass);
    };
    add(read_number(memory, layout_.statics.object_class));
    while (!waiting.empty() && !budget.over()) {
        const std::size_t count = std::min(waiting.size(), kBatch);
        const std::vector<std::uint64_t> batch(waiting.end() - static_cast<std::ptrdiff_t>(count),
                                               waiting.end());
        waiting.resize(waiting.size() - count);
        std::vector<std::byte> bytes(count * size);
        std::vector<probe::Piece> pieces;
        for (std::size_t i = 0; i < count; ++i)
            pieces.push_back({batch[i], std::span(bytes).subspan(i * size, size)});
        if (!budget.spend(bytes.size()) || !memory.read(pieces)) return;
        for (const probe::Piece& piece : pieces) {
            if (!piece.read) continue;
            take(piece.into, piece.address);
            for (const std::uint64_t link : {at.next, at.child, at.sibling}) add(word_at(piece.into, link));
            const std::uint64_t loader = word_at(piece.into, at.loader);
            if (is_pointer(loader) && loaders.insert(loader).second)
                add(read_number(memory, loader + at.loader_classes));
        }
    }
}

bool Classes::begin(const probe::MemoryReader& memory, const Objects& objects, const Flags& flags,
                    runtime::Budget& budget) {
    classes_.clear();
    names_.begin(memory);
    objects_ = &objects;
    object_.short_classes = flags.short_classes;
    object_.short_references = flags.short_references;
    object_.alignment = flags.alignment;
    object_.mirror_bytes = read_number<std::uint32_t>(memory, heap_.classes.mirror_bytes);
    walk(memory, budget);
    return !classes_.empty();
}

const LoadedClass* Classes::class_of(std::span<const std::uint64_t> words) {
    if (words.size() < 2 || !is_mark(words[0])) return nullptr;
    const std::uint64_t word = object_.short_classes ? static_cast<std::uint32_t>(words[1]) : words[1];
    const auto found = classes_.find(word);
    if (found == classes_.end()) return nullptr;
    if (!found->second.named) name(found->second);
    return &found->second;
}

std::uint64_t Classes::size_of(const LoadedClass& loaded, std::span<const std::uint64_t> words) const {
    const auto number = [&](std::size_t offset) -> std::uint64_t {
        return number_at<std::uint32_t>(std::as_bytes(words), offset);
    };
    const std::size_t at_length = object_.short_classes ? kArrayLength : kArrayLength + 4;
    std::uint64_t size = loaded.helper & ~std::uint32_t{7};
    switch (loaded.size) {
        case LoadedClass::Size::fixed:
            break;
        case LoadedClass::Size::array:
            size = ((loaded.helper >> 16) & 0xff) + (number(at_length) << (loaded.helper & 31));
            break;
        case LoadedClass::Size::mirror:
            size = 8 * number(object_.mirror_bytes);
            break;
        case LoadedClass::Size::chunk: {
            const std::uint64_t stack = number(at_length);  // words, which a map of its references follows
            const std::uint64_t bits = object_.short_references ? 2 * stack : stack;
            size += 8 * (stack + (bits + 63) / 64);
            break;
        }
    }
    size = (size + object_.alignment - 1) / object_.alignment * object_.alignment;
    return size < 16 || size > kMostObject ? 0 : size;
}

// Names are read of those alone that there are objects of.
void Classes::name(LoadedClass& loaded) {
    const std::string own = names_.class_name(loaded.address);
    loaded.named = true;
    loaded.filler = own.find("jdk/internal/vm/Filler") != std::string::npos;
    loaded.ints = own == "[I";
    if (own == "java/lang/Class") loaded.size = LoadedClass::Size::mirror;
    if (own == "jdk/internal/vm/StackChunk") loaded.size = LoadedClass::Size::chunk;
    std::string name = own.empty() ? "(a class without a name)" : class_name_for_people(own);
    const auto [place, fresh] = numbers_.try_emplace(name, static_cast<runtime::TypeId>(type_names_.size()));
    if (fresh) type_names_.push_back(std::move(name));
    loaded.type = place->second;
}

std::vector<std::uint64_t> Classes::addresses() const {
    std::vector<std::uint64_t> all;
    for (const auto& [word, loaded] : classes_) all.push_back(loaded.address);
    return all;
}

std::string Classes::name_at(std::uint64_t klass) const {
    return class_name_for_people(names_.class_name(klass));
}

runtime::TypeName Classes::name_of(runtime::TypeId type) const {
    if (type >= type_names_.size()) return {};
    const std::string& name = type_names_[type];
    return {name.ends_with("[]") ? runtime::TypeKind::array : runtime::TypeKind::type, name};
}

}  // namespace rampwatch::hotspot
