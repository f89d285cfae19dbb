// SPDX-License-Identifier: MIT
// How the caller of code without call frame information is found: by reading on from where it is to its
// return, and keeping books of the stack pointer and of the registers that are given back on the way. musl
// is such code: all of a static program's libc, and every libc.so of Alpine. gdb reads the prologue instead,
// and is lost where it knows no function; what is still to be executed needs no function's name.
//
// A call that never returns ends a function in the middle of nowhere, and what follows is another one. So
// several ends are found, and whoever walks a stack takes the first at which there is a return address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/native/frame_rule.h"

namespace rampwatch::native {

struct CodeWalk {
    // For callers at the returns that are reached, the nearest first; at most kMostReturns. Their CFA is
    // counted from rsp, or from rbp where the code gives its stack back by that.
    std::vector<FrameRule> rules{};
    // The place is behind the call that began a thread or the program: the processor halts there, or what
    // came back is handed to a function that does not return, as exit(main()) does.
    bool is_beginning = false;
};
inline constexpr std::size_t kMostReturns = 4;

// Fills as much of `into` as can be read at `address`, which is never more than one page holds; 0 for none.
using ReadCode = std::function<std::size_t(std::uint64_t address, std::span<std::uint8_t> into)>;
// Whether another function is known to begin at an address.
using IsStart = std::function<bool(std::uint64_t address)>;

// From `address`, the next instruction to be executed. At most 4000 instructions are read.
CodeWalk walk_code(std::uint64_t address, bool is_return_address, const ReadCode& read,
                   const IsStart& is_start);

}  // namespace rampwatch::native
