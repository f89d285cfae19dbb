// SPDX-License-Identifier: MIT
#include "core/v8/kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/base/path.h"

namespace rampwatch::v8 {
namespace {

using runtime::TypeId;
using runtime::TypeKind;
using Size = Kind::Size;

constexpr std::size_t kMostKnown = 1 << 18;  // maps, functions, closures at a time
constexpr int kMostOuter = 4;                // contexts outwards to one of a function
constexpr std::uint64_t kMostWords = std::uint64_t{1} << 31;
constexpr std::size_t kMostName = 120;
// Behind FixedArray, as class definitions are numbered by their names.
constexpr std::int32_t kDictionaries = 1, kOrderedMap = 7, kOrderedSet = 8;
constexpr std::size_t kClosureOfCall = 3;  // word of a generator object
constexpr const char* kSystem = "(system)";

// "quote.js:12"; with its folder where many files are called so.
std::string place_of(const Frame& frame) {
    std::string_view file = frame.file ? std::string_view(*frame.file) : std::string_view();
    if (!file.starts_with("node:")) {
        const std::string_view base = base_name(file);
        const std::size_t before = file.size() - base.size();
        if (base.starts_with("index.") && before > 1)
            file.remove_prefix(before - 1 - base_name(file.substr(0, before - 1)).size());
        else
            file = base;
    }
    return frame.line ? fmt::format("{}:{}", file, *frame.line) : std::string(file);
}

}  // namespace

Kinds::Kinds(Objects& objects, Functions& functions, const HeapLayout& heap)
    : objects_(objects), functions_(functions), heap_(heap), constructors_(objects, functions, heap) {
    number_of(TypeKind::type, kSystem);
}

void Kinds::begin() {
    constructors_.begin();
    kinds_.clear();
    closures_.clear();
    calls_.clear();
}

TypeId Kinds::number_of(TypeKind kind, std::string name) {
    if (names_.size() >= kMostTypes) return 0;
    const auto [place, fresh] = numbers_.try_emplace({kind, name}, static_cast<TypeId>(names_.size()));
    if (fresh) names_.push_back({kind, std::move(name)});
    return place->second;
}

runtime::TypeName Kinds::name_of(TypeId type) const {
    return type < names_.size() ? names_[type] : runtime::TypeName{};
}

std::optional<Kind> Kinds::of_map(std::uint64_t map) {
    if (!is_object(map)) return std::nullopt;
    const auto known = kinds_.find(map);
    if (known != kinds_.end()) return known->second;
    if (kinds_.size() >= kMostKnown) kinds_.clear();
    const std::int32_t type = objects_.type_by_map(map);
    std::optional<Kind> kind;
    if (type != kNoType) kind = read(map, type);
    return kinds_.emplace(map, kind).first->second;
}

Kind Kinds::read(std::uint64_t map, std::int32_t type) {
    const Layout& layout = objects_.layout();
    Kind kind;
    const auto words =
        objects_.memory().get<std::uint8_t>(map - 1 + static_cast<std::uint64_t>(heap_.map_size));
    if (words && *words > 0) {
        kind.size = Size::fixed;
        kind.fixed = 8U * *words;
    } else {
        kind.size = size_by(type);
    }
    Label label = label_of(type);
    if (layout.is_function(type)) {
        kind.role = Kind::Role::closure;
        label.name = "closure";
    } else if (type >= layout.async_function - 1 && type <= layout.async_function + 1) {
        kind.role = Kind::Role::call;
        label.name = "suspended call";
    } else if (type >= heap_.first_receiver && type != heap_.bound_function) {
        label.name = constructors_.of_map(map);
        if (type == heap_.array_buffer) kind.role = Kind::Role::buffer;
        if (type == heap_.js_array) kind.role = Kind::Role::array;
        if (type == heap_.js_map || type == heap_.js_set) kind.role = Kind::Role::collection;
    } else if (type >= heap_.first_context && type <= heap_.last_context) {
        kind.role = Kind::Role::context;
    }
    kind.storage = label.storage;
    kind.type = number_of(label.kind, std::move(label.name));
    return kind;
}

Size Kinds::size_by(std::int32_t type) const {
    const Layout& layout = objects_.layout();
    if (type < layout.first_no_string) {
        if ((type & layout.string_shape) != 0) return Size::unknown;
        return (type & layout.string_one_byte) != 0 ? Size::one_byte_string : Size::two_byte_string;
    }
    const bool is_array = type >= layout.fixed_array && type < layout.fixed_array + kOrderedSet + 2;
    if (is_array || (type >= heap_.first_context && type <= heap_.last_context)) return Size::words;
    if (type == layout.free_space) return Size::free;
    if (type == layout.byte_array || type == layout.trusted_byte_array) return Size::bytes;
    if (type == layout.bytecode_array) return Size::bytecode;
    if (type == heap_.property_array) return Size::packed;
    if (type == heap_.descriptor_array || type == heap_.strong_descriptor_array) return Size::descriptors;
    for (const std::int32_t of_words : {heap_.fixed_double_array, heap_.weak_fixed_array,
                                        heap_.trusted_fixed_array, heap_.protected_fixed_array}) {
        if (type == of_words) return Size::words;
    }
    for (const std::int32_t list : {heap_.weak_array_list, heap_.array_list, heap_.boilerplate}) {
        if (type == list) return Size::list;
    }
    return Size::unknown;
}

Kinds::Label Kinds::label_of(std::int32_t type) const {
    const Layout& layout = objects_.layout();
    const auto any_of = [type](std::initializer_list<std::int32_t> types) {
        return std::find(types.begin(), types.end(), type) != types.end();
    };
    if (type < layout.first_no_string) {
        const std::int32_t shape = type & layout.string_shape;
        const char* name = shape == layout.shape_cons       ? "concatenated string"
                           : shape == layout.shape_sliced   ? "sliced string"
                           : shape == layout.shape_external ? "external string"
                                                            : "string";
        return {TypeKind::text, name, true};
    }
    const std::int32_t array = type - layout.fixed_array;
    if (array == kOrderedMap) return {TypeKind::array, "Map storage", true};
    if (array == kOrderedSet) return {TypeKind::array, "Set storage", true};
    if (array >= kDictionaries && array < kOrderedMap) return {TypeKind::array, "dictionary storage", true};
    if (array == 0) return {TypeKind::array, "array storage", true};
    if (type == heap_.fixed_double_array) return {TypeKind::array, "number storage", true};
    if (type == heap_.property_array) return {TypeKind::array, "property storage", true};
    if (type >= heap_.first_context && type <= heap_.last_context)
        return {TypeKind::array, "closure variables", true};
    if (type == layout.free_space || type == heap_.filler) return {TypeKind::free, "free", false};
    if (type == heap_.heap_number) return {TypeKind::type, "(number)", false};
    if (type == heap_.bound_function) return {TypeKind::type, "bound function", false};
    if (any_of({heap_.map, heap_.descriptor_array, heap_.strong_descriptor_array, heap_.prototype_info,
                heap_.property_cell}))
        return {TypeKind::type, "(object shape)", false};
    if (any_of({layout.shared_function, layout.bytecode_array, layout.code, layout.script, layout.scope_info,
                layout.trusted_byte_array, layout.interpreter_data, heap_.trusted_fixed_array,
                heap_.protected_fixed_array, heap_.feedback_cell, heap_.bytecode_wrapper,
                heap_.code_wrapper}))
        return {TypeKind::type, "(compiled code)", false};
    return {TypeKind::type, kSystem, false};
}

// By the names of functions whose variables it has.
std::string Kinds::outer_of(std::uint64_t context) {
    for (int i = 0; i < kMostOuter; ++i) {
        const std::int32_t type = objects_.type_of(context);
        if (type < heap_.first_context || type > heap_.last_context) return {};
        std::string name = functions_.name_of_scope(objects_.word(context, heap_.context_scope));
        if (!name.empty()) return name;
        context = objects_.word(context, heap_.context_outer);
    }
    return {};
}

std::string Kinds::closure_name(std::uint64_t shared, std::uint64_t context) {
    const auto frame = functions_.at_start(shared);
    if (!frame) return "closure";
    const Frame named = functions_.name_of(*frame);
    const std::string place = place_of(named);
    if (place.empty()) return "closure of V8's own";
    if (place.starts_with("node:")) return fmt::format("closure of {}", place);
    const std::string outer = outer_of(context);
    return fmt::format("closure {}{}{} ({})", named.function.value_or(kAnonymous),
                       outer.empty() ? "" : " in ", outer, place);
}

std::string Kinds::call_name(std::uint64_t closure) {
    const Layout& layout = objects_.layout();
    if (!layout.is_function(objects_.type_of(closure))) return "suspended call";
    const auto frame = functions_.at_start(objects_.word(closure, layout.function_shared));
    if (!frame) return "suspended call";
    const Frame named = functions_.name_of(*frame);
    return fmt::format("suspended call of {} ({})", named.function.value_or(kAnonymous), place_of(named));
}

TypeId Kinds::type_of(const Kind& kind, std::span<const std::uint64_t> words) {
    const Layout& layout = objects_.layout();
    const auto word = [&](std::size_t at) { return at < words.size() ? words[at] : 0; };
    if (kind.role == Kind::Role::closure) {
        const std::uint64_t shared = word(static_cast<std::size_t>(layout.function_shared) / 8);
        const auto known = closures_.find(shared);
        if (known != closures_.end()) return known->second;
        if (closures_.size() >= kMostKnown) closures_.clear();
        const std::uint64_t context = word(static_cast<std::size_t>(layout.function_context) / 8);
        const TypeId type = number_of(TypeKind::type, closure_name(shared, context).substr(0, kMostName));
        return closures_.emplace(shared, type).first->second;
    }
    if (kind.role == Kind::Role::call) {
        const std::uint64_t closure = word(kClosureOfCall);
        const auto known = calls_.find(closure);
        if (known != calls_.end()) return known->second;
        if (calls_.size() >= kMostKnown) calls_.clear();
        const TypeId type = number_of(TypeKind::type, call_name(closure).substr(0, kMostName));
        return calls_.emplace(closure, type).first->second;
    }
    return kind.type;
}

std::uint64_t Kinds::size_of(const Kind& kind, std::span<const std::uint64_t> words) const {
    const Layout& layout = objects_.layout();
    if (words.size() < 2) return 0;
    const auto count = static_cast<std::uint64_t>(words[1] >> 32);
    const bool smi = is_smi(words[1]) && count < kMostWords;
    const auto aligned = [](std::uint64_t bytes) { return (bytes + 7) / 8 * 8; };
    switch (kind.size) {
        case Size::fixed:
            return kind.fixed;
        case Size::one_byte_string:
            return aligned(static_cast<std::uint64_t>(layout.string_characters) + count);
        case Size::two_byte_string:
            return aligned(static_cast<std::uint64_t>(layout.string_characters) + 2 * count);
        case Size::words:
            return smi ? 16 + 8 * count : 0;
        case Size::list:
            return smi ? 24 + 8 * count : 0;
        case Size::packed:
            return is_smi(words[1]) ? 16 + 8 * (count & 0x3ff) : 0;
        case Size::bytes:
            return smi ? aligned(16 + count) : 0;
        case Size::bytecode:
            return smi ? aligned(static_cast<std::uint64_t>(layout.bytecode_data) + count) : 0;
        case Size::descriptors:
            return heap_.descriptors == 0
                       ? 0
                       : static_cast<std::uint64_t>(heap_.descriptors) + 24 * (words[1] & 0xffff);
        case Size::free:
            return smi ? count * (layout.free_space_in_words ? 8 : 1) / 8 * 8 : 0;
        case Size::unknown:
            return 0;
    }
    return 0;
}

std::uint64_t Kinds::bytes_outside(std::span<const std::uint64_t> words) const {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
    const auto length = static_cast<std::size_t>(heap_.buffer_bytes) / 8,
               store = static_cast<std::size_t>(heap_.buffer_store) / 8;
    if (std::max(length, store) >= words.size()) return 0;
    return words[store] != 0 && words[length] < kMost ? words[length] : 0;
}

}  // namespace rampwatch::v8
