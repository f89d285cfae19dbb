// SPDX-License-Identifier: MIT
// One call of a stack.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rampwatch {

// One call, innermost first in its stack. Empty means unknown. Text is as the target's binary had it:
// hostile, bounded by the reader, and to be escaped before a terminal sees it.
struct Frame {
    std::optional<std::string> function{};  // demangled, whole
    std::optional<std::string> module{};    // path of the mapped file
    std::optional<std::uint64_t>
        offset{};  // from the function's start when there is one, else from the module's
    std::optional<std::string> file{};
    std::optional<std::int64_t> line{};
    bool inlined = false;  // inlined into the frame that follows
    bool library =
        false;  // of a runtime or a system library, as far as module, file and name tell (stacks/own_frame)
    bool guess = false;                     // found by frame pointers, for want of call frame information
    std::optional<std::string> build_id{};  // of the module, in hex, where no function is known
    std::optional<std::string> language{};  // "python": a frame of that runtime; empty for machine code

    friend bool operator==(const Frame&, const Frame&) = default;
};

}  // namespace rampwatch
