// SPDX-License-Identifier: MIT
// Frames of a thread from its registers and a copy of its stack, after it was let go.
//
// libdwfl finds call frame information in the modules; the walk itself is frame_rule's, since libdwfl takes
// a stack that was cut off for one that ended.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/native/code_walk.h"
#include "core/native/frame_rule.h"
#include "core/native/module_image.h"

struct Dwfl_Module;  // elfutils'

namespace rampwatch::native {

struct FrameAddress {
    std::uint64_t pc = 0;
    bool exact = true;   // not a return address: the innermost frame, or one that a signal interrupted
    bool guess = false;  // found by frame pointers, or by reading code, for want of better

    friend bool operator==(const FrameAddress&, const FrameAddress&) = default;

    // What to look up: a return address may lie behind the end of the function that called.
    [[nodiscard]] std::uint64_t lookup() const { return exact ? pc : pc - 1; }
};

struct Unwound {
    enum class End : std::uint8_t {
        root,              // the outermost frame was reached
        unknown_register,  // a register is needed that only a stop would tell
        outside,           // the stack could not be read any further
        no_rule,           // code without call frame information that tells nothing, and no frame pointers
        too_deep,
        bad,  // nonsense: a corrupted stack, or one that changed
    };
    std::vector<FrameAddress> frames{};
    End end = End::bad;
    Registers registers{};  // of the last frame
};
inline constexpr std::size_t kMostFrames = 1024;

// The modules of one process, opened when an address in them is first asked for, and kept for the next dump.
class Modules {
  public:
    struct Module {
        ModuleRange range{};
        bool opened = false;
        std::string build_id{};
        std::string problem{};          // why symbols may be missing, in words; empty when all is well
        Dwfl_Module* handle = nullptr;  // none when it could not be opened
        std::uint64_t bias = 0;         // address in the process - address in the file
    };

    explicit Modules(pid_t pid);
    ~Modules();

    // The maps of now. Everything that was kept is dropped when modules have come, gone or changed: true.
    bool update(pid_t live_tid, const probe::Maps& maps);

    // The module at an address, opened; none when there is none.
    const Module* at(std::uint64_t address);

    // How to find the caller of code at `address`; none without call frame information.
    const FrameRule* rule(std::uint64_t address);

    // The same where there is none, by reading the code of a mapped file; nothing in it elsewhere, such as in
    // what a JIT compiler wrote.
    const CodeWalk& code(const FrameAddress& frame);

    // Who knows where functions begin; a code walk goes no further than to the next one.
    void know_starts(IsStart is_start);

    [[nodiscard]] bool executable(std::uint64_t address) const;

    // The call before a return address, by the target's own code.
    struct Call {
        bool is_call = false;
        std::optional<std::uint64_t> target{};  // of a direct one, behind the jumps that lead there (a PLT's)
    };
    Call call_before(std::uint64_t return_address);

    // Of the modules that were opened.
    [[nodiscard]] std::vector<std::string> problems() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// From a frame that need not be the innermost: `first` says what it is. Innermost first; at least `first`.
// About 0.1 us a frame at addresses seen before, 3 us at new ones.
Unwound unwind(Modules& modules, const Registers& registers, const ReadWord& read, FrameAddress first);
Unwound unwind(Modules& modules, const Registers& registers, const ReadWord& read);

}  // namespace rampwatch::native
