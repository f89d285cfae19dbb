// SPDX-License-Identifier: MIT
// What a chunk of malloc's heap is, by its first words: an object of a class, a node with one in it, text, or
// something of a size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/cxx/class_names.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cxx {

// At least 12 bytes that a person could read: UTF-8 without control characters, cut anywhere.
bool is_text(std::span<const std::byte> bytes);

// Numbers for kinds with a name: the same for the same.
class TypeTable {
  public:
    runtime::TypeId id(runtime::TypeKind kind, const std::string& name);
    [[nodiscard]] const runtime::TypeName& name(runtime::TypeId type) const { return names_[type]; }
    [[nodiscard]] std::size_t size() const { return names_.size(); }

    // Beyond so many all further ones are one.
    static constexpr std::size_t kMost = 50'000;

  private:
    std::map<std::pair<runtime::TypeKind, std::string>, runtime::TypeId> ids_{};
    std::vector<runtime::TypeName> names_{};
};

class ChunkTypes {
  public:
    // Both must outlive it.
    ChunkTypes(TypeTable& table, ClassNames& classes) : table_(table), classes_(classes) {}

    // `words`: of the chunk's own bytes the first, up to 8 of them are looked at; `size` with the header.
    runtime::TypeId type_of(std::span<const std::uint64_t> words, std::uint64_t size);

    // An object of `number` (of ClassNames) in an array.
    runtime::TypeId array_of(std::uint32_t number);

    // An array in which each has a pointer to the function of that name: "std::function" objects, and tables.
    runtime::TypeId callbacks(const std::string& function);

    runtime::TypeId free();
    runtime::TypeId buffer();
    runtime::TypeId text();

  private:
    runtime::TypeId of_class(std::uint32_t number, std::size_t word, std::uint64_t size);
    runtime::TypeId of_size(std::uint64_t size);

    TypeTable& table_;
    ClassNames& classes_;
    std::unordered_map<std::uint64_t, runtime::TypeId> of_classes_{}, of_sizes_{};
};

}  // namespace rampwatch::cxx
