// SPDX-License-Identifier: MIT
// What an object of V8's heap is, by its map: how large, and under which name it is counted. Objects of
// JavaScript by their constructor, closures and suspended calls by their function and where that stands,
// the rest by a few words of V8's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/runtime/runtime.h"
#include "core/v8/constructors.h"
#include "core/v8/functions.h"
#include "core/v8/heap_layout.h"
#include "core/v8/objects.h"

namespace rampwatch::v8 {

struct Kind {
    enum class Size : std::uint8_t {
        fixed,
        one_byte_string,
        two_byte_string,
        words,     // a count of words, which follow
        list,      // a count of words, and of those that are in use
        packed,    // a count in ten bits, and words
        bytes,     // a count of bytes, which follow
        bytecode,  // the same behind a header
        descriptors,
        free,
        unknown
    };
    enum class Role : std::uint8_t { plain, closure, call, buffer, array, collection, context };

    Size size = Size::unknown;
    Role role = Role::plain;
    bool storage = false;  // of something else: it may belong to an object
    std::uint32_t fixed = 0;
    runtime::TypeId type = 0;  // of closures and calls that of those of which no more is known
};

class Kinds {
  public:
    Kinds(Objects& objects, Functions& functions, const HeapLayout& heap);

    // Maps and functions may have moved since. Numbers stay.
    void begin();

    // Empty: the word is no map's address.
    std::optional<Kind> of_map(std::uint64_t map);
    // Bytes that lie in the heap; 0: it cannot be so, or is not known. `words`: of the object, two at least.
    [[nodiscard]] std::uint64_t size_of(const Kind& kind, std::span<const std::uint64_t> words) const;
    // `words`: as many as are there.
    runtime::TypeId type_of(const Kind& kind, std::span<const std::uint64_t> words);
    // Of an ArrayBuffer: bytes outside of the heap.
    [[nodiscard]] std::uint64_t bytes_outside(std::span<const std::uint64_t> words) const;

    [[nodiscard]] runtime::TypeName name_of(runtime::TypeId type) const;

    static constexpr std::size_t kMostTypes = 100'000;

  private:
    struct Label {
        runtime::TypeKind kind = runtime::TypeKind::type;
        std::string name{};
        bool storage = false;
    };
    Kind read(std::uint64_t map, std::int32_t type);
    [[nodiscard]] Kind::Size size_by(std::int32_t type) const;
    [[nodiscard]] Label label_of(std::int32_t type) const;
    std::string closure_name(std::uint64_t shared, std::uint64_t context);
    std::string call_name(std::uint64_t closure);
    std::string outer_of(std::uint64_t context);
    runtime::TypeId number_of(runtime::TypeKind kind, std::string name);

    Objects& objects_;
    Functions& functions_;
    const HeapLayout& heap_;
    Constructors constructors_;
    std::unordered_map<std::uint64_t, std::optional<Kind>> kinds_{};  // by map
    std::unordered_map<std::uint64_t, runtime::TypeId> closures_{};   // by function
    std::unordered_map<std::uint64_t, runtime::TypeId> calls_{};      // by closure
    std::map<std::pair<runtime::TypeKind, std::string>, runtime::TypeId> numbers_{};
    std::vector<runtime::TypeName> names_{};
};

}  // namespace rampwatch::v8
