// SPDX-License-Identifier: MIT
// Methods of a Java program and the places in them, each read once and numbered: equal numbers are equal
// functions and lines.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/hotspot/layout.h"
#include "core/model/stack.h"
#include "core/probe/memory_reader.h"
#include "core/runtime/frame_names.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

// One method as it was read.
struct Method {
    std::string function{};   // "java.util.HashMap.put"
    std::string file{};       // "HashMap.java"; empty: not known
    bool is_native = false;   // has no bytecodes
    std::uint64_t code = 0;   // address of the first bytecode
    std::uint32_t bytes = 0;  // of bytecodes
    std::vector<std::byte> lines{};
    std::array<std::uint64_t, 3> mark{};  // words that another method in its place would not have
};

class Methods {
  public:
    explicit Methods(const Layout& layout) : layout_(layout) {}

    // Classes may have been unloaded since, and others lie in their place. Numbers stay.
    void begin(const probe::MemoryReader& memory);

    // Null where there is no method. Stays valid until the next begin().
    const Method* at(std::uint64_t address);

    // Whether the method that was read there is there still; asked once of each, then known.
    bool is_same(std::uint64_t address);

    // A place in it; `bci` -1: not known. Empty where there is no method.
    std::optional<runtime::FrameId> frame(std::uint64_t address, std::int64_t bci);
    // For what is no method of Java: a name alone.
    runtime::FrameId frame(std::string name) { return frames_.number_of({std::move(name), {}, {}}); }

    [[nodiscard]] Frame name_of(runtime::FrameId frame) const { return frames_.name_of(frame); }

    // "java/lang/Object"; empty where there is no class.
    [[nodiscard]] std::string class_name(std::uint64_t klass) const;

    // The symbol at `index` of a constant pool; empty where there is none.
    [[nodiscard]] std::string symbol_of(std::uint64_t pool, std::uint32_t index) const;

    static constexpr std::size_t kMostMethods = 200'000;  // of one reading

  private:
    std::unique_ptr<Method> read_method(std::uint64_t address) const;
    [[nodiscard]] std::array<std::uint64_t, 3> mark_of(std::uint64_t address) const;
    [[nodiscard]] std::string symbol(std::uint64_t address) const;

    const Layout& layout_;
    const probe::MemoryReader* memory_ = nullptr;
    std::unordered_map<std::uint64_t, std::unique_ptr<Method>> methods_{};  // null: there is none
    std::unordered_map<std::uint64_t, bool> same_{};
    // By method and bci, of one reading; its size is bounded as that of `methods_` is.
    std::unordered_map<std::uint64_t, std::unordered_map<std::int64_t, runtime::FrameId>> places_{};
    runtime::FrameNames frames_{"java"};
};

}  // namespace rampwatch::hotspot
