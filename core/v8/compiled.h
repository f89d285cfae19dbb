// SPDX-License-Identifier: MIT
// Code that V8 compiled at run time: what lies at an address, and which call in the source that is, with
// those that were inlined. Found without what functions note of their code, which V8 moved out of the heap:
// before its first instruction stands a pointer to the Code object, which knows where it begins.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/probe/maps.h"
#include "core/v8/functions.h"
#include "core/v8/objects.h"
#include "core/v8/positions.h"
#include "core/v8/stack_layout.h"

namespace rampwatch::v8 {

struct Code {
    std::uint64_t object = 0;  // tagged
    std::uint64_t start = 0;   // of its instructions
    bool optimised = false;    // else compiled simply, bytecode by bytecode
};

class Compiled {
  public:
    Compiled(Objects& objects, Functions& functions, const StackLayout& layout)
        : objects_(objects), functions_(functions), layout_(layout) {}

    // Code may have moved since.
    void begin(const probe::Maps& maps);

    // Empty where `pc` is in no such code.
    std::optional<Code> at(std::uint64_t pc);

    // The calls at `pc`, the innermost first: those that were inlined, and the function itself at last. Empty
    // where its tables do not say.
    std::vector<runtime::FrameId> calls(const Code& code, std::uint64_t pc, std::uint64_t shared);

    static constexpr std::uint64_t kMostBefore = 256 << 10;  // bytes from the start of code to a call in it
    static constexpr int kMostInlined = 64;

  private:
    std::optional<Code> search(std::uint64_t pc);
    std::optional<Code> code_of(std::uint64_t object, std::uint64_t here, std::uint64_t pc);
    std::uint64_t inlined_function(std::uint64_t literals, std::int32_t index);

    Objects& objects_;
    Functions& functions_;
    const StackLayout& layout_;
    const probe::Maps* maps_ = nullptr;
    std::unordered_map<std::uint64_t, std::optional<Code>> codes_{};  // by pc
};

}  // namespace rampwatch::v8
