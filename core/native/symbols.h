// SPDX-License-Identifier: MIT
// Names for addresses: functions from sorted tables of .symtab and .dynsym (libdwfl walks its table for each
// address: 4 ms in a 170 MB binary), inlined calls and lines from DWARF.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/model/stack.h"
#include "core/native/frame_walk.h"

namespace rampwatch::native {

// One function's name as the file has it, and where in the function an address lies.
struct Symbol {
    const char* name = nullptr;  // mangled; lives as long as the modules
    std::uint64_t offset = 0;
};

class Symbols {
  public:
    explicit Symbols(Modules& modules);
    ~Symbols();

    // After Modules::update() said true: nothing that was found before holds any more.
    void clear();

    // Lines are looked up until this much time was spent in them since; what was found stays. Reading a big
    // compilation unit's lines can cost a tenth of a second.
    void allow_lines(std::chrono::nanoseconds most);
    // Addresses that got no line because the time was used up.
    [[nodiscard]] std::size_t without_lines() const;

    // What `address` is called: the calls inlined there first, the function itself last. Never empty. Each
    // address is looked up once. The reference holds until the next call.
    const std::vector<Frame>& frames(const FrameAddress& address);

    // The mangled name alone; empty when there is none. A symbol with a size names what it covers. One
    // without (hand-written code) names what comes before the next, 4 KiB at most, and only where the file
    // still has all its symbols: among exported ones alone the nearest may be far off.
    std::optional<Symbol> symbol(std::uint64_t address);

    // Whether a function is known to begin there.
    bool is_start(std::uint64_t address);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rampwatch::native
