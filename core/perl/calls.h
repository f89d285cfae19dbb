// SPDX-License-Identifier: MIT
// Where the first interpreter of a Perl is: its calls, innermost first, as caller() has them. They lie on its
// stack of contexts, on the heap; each context notes the line that was left for it. A signal handler, a sort
// block, a tied variable or a destructor runs on a stack of contexts of its own, before that of what it
// interrupted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/perl/find.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::perl {

// Foreign text: bounded, and to be escaped before a terminal sees it.
struct Call {
    std::string function{};  // "Shop::Cart::total", "(eval)"; "main program" where no sub is
    std::string file{};
    std::int64_t line = 0;  // where it is
    bool entered = false;   // called by C code

    friend bool operator==(const Call&, const Call&) = default;
};

struct Calls {
    std::vector<Call> calls{};  // innermost first
    bool whole = false;         // the main program was reached
};

inline constexpr std::size_t kMostCalls = 5000;
inline constexpr std::size_t kMostContexts = 100'000;  // loops and blocks are contexts too
inline constexpr std::size_t kMostStacks = 1000;
inline constexpr std::size_t kMostName = 1024;  // bytes of a function's or a file's name

// About 5 us a call. An interpreter that was not built yet has none, and is not whole.
Calls read_calls(const probe::MemoryReader& memory, const Interpreter& perl);

}  // namespace rampwatch::perl
