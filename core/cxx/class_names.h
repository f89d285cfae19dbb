// SPDX-License-Identifier: MIT
// The class of an object by the first word of it: the address of its vtable, in front of which lie the offset
// to the top of the object and its type information (Itanium C++ ABI, 2.5.2 and 2.9.5). No symbol is needed:
// type information is told by being an object itself, of a class of the ABI's own, that carries its name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cxx/modules.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::cxx {

class ClassNames {
  public:
    // Both must outlive it. `memory`: one that does not touch pages that are not there.
    ClassNames(const probe::MemoryReader& memory, Modules& modules) : memory_(memory), modules_(modules) {}

    // 0: `word` is no vtable; else a number from 1 on, the same for the same name.
    std::uint32_t class_of(std::uint64_t word);

    // Of a number: "shop::Session"; built without type information "vtable at shopd+0x7c98".
    [[nodiscard]] const std::string& name(std::uint32_t number) const { return names_[number - 1]; }

    static constexpr std::size_t kMostWords = 200'000;  // looked up; further ones are no vtables

  private:
    [[nodiscard]] bool may_be(std::uint64_t word);
    std::string look_up(std::uint64_t word);
    std::string type_name(std::uint64_t information);

    const probe::MemoryReader& memory_;
    Modules& modules_;
    std::array<std::uint64_t, 1024> elsewhere_{};  // pages that hold no data of a module, by page % 1024
    std::unordered_map<std::uint64_t, std::uint32_t> known_{};
    std::unordered_map<std::string, std::uint32_t> numbers_{};
    std::vector<std::string> names_{};
};

// The name of a type, "N4shop7SessionE", as "shop::Session"; as it was where that fails, or beyond 2 KiB.
// What make_shared() allocates is told as "T (make_shared)".
std::string demangled_type(const std::string& name);

// The name of a symbol, "_ZN4shop3runEv", as "shop::run()"; one of C stays as it is, and what
// calls a std::function is told as what that holds.
std::string demangled_symbol(const std::string& name);

}  // namespace rampwatch::cxx
