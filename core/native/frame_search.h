// SPDX-License-Identifier: MIT
// The frame pointer of a thread that was read without a stop. Only its pc and sp are known; code that was
// compiled with frame pointers finds its caller by rbp alone, and glibc's thin wrappers (epoll_wait, poll) do
// not save it on the way. Stopping each such thread would cost it an EINTR. But the frame that rbp points to
// lies on the stack that was copied: a saved frame pointer, above it the address behind a call. It is the
// lowest such place from which the walk reaches the thread's beginning. A direct call must be one of this
// very function, which proves it; an indirect one is believed only when no direct call of something else
// (left there by calls that are over, or made by way of another function's jump) would have done as well.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "core/native/frame_rule.h"

namespace rampwatch::native {

struct FoundFrame {
    std::uint64_t frame_pointer = 0;
    bool proven = false;  // by the call; else the caller is a guess
};

struct FrameQuestions {
    // Does the walk from this frame with these registers reach the thread's beginning?
    std::function<bool(const Registers& registers)> reaches_root{};
    // Is there code at this address, with a call before it?
    std::function<bool(std::uint64_t address)> is_return_address{};
    // Where the direct call before a return address goes in the end; empty for an indirect one.
    std::function<std::optional<std::uint64_t>(std::uint64_t return_address)> call_target{};
    // Where the function of the frame in question begins; empty when not known.
    std::optional<std::uint64_t> function_start{};
};

// `rule` must take its CFA from rbp alone. At most 64 KiB above the stack pointer are searched, and 64 walks
// tried.
std::optional<FoundFrame> find_frame_pointer(const FrameRule& rule, const Registers& registers,
                                             const ReadWord& read, const FrameQuestions& ask);

// CFA = rbp + offset: the offset; empty for any other rule.
std::optional<std::uint64_t> offset_from_frame_pointer(const FrameRule& rule);

}  // namespace rampwatch::native
