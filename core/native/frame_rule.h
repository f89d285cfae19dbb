// SPDX-License-Identifier: MIT
// How the caller of one frame is found: a row of call frame information (DWARF 5, 6.4), evaluated here and
// not by libdwfl. Its unwinder says success when it ran out of stack, and does not tell an unknown register
// from the end; and a row that is kept serves every thread at the same address (24,842 frames of 1,000
// threads have 148 of them).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/native/registers.h"

namespace rampwatch::native {

// One operation of a DWARF expression; operands as libdw decodes them.
struct Operation {
    std::uint8_t atom = 0;  // DW_OP_*
    std::uint64_t number = 0;
    std::uint64_t number2 = 0;
    std::uint64_t offset = 0;  // of this operation, what a branch names
};
using Expression = std::vector<Operation>;

struct RegisterRule {
    enum class Kind : std::uint8_t { undefined, same, at, value };  // `at`: saved at the address computed
    Kind kind = Kind::same;
    Expression expression{};
};

struct FrameRule {
    Expression cfa{};
    std::vector<RegisterRule> registers = std::vector<RegisterRule>(kRegisterCount);
    std::size_t return_register = kProgramCounter;
    bool signal_frame = false;  // the caller was interrupted: its pc is exact, not behind a call
};

// The word at an address of the target's stack; empty when it is not to be had.
using ReadWord = std::function<std::optional<std::uint64_t>(std::uint64_t address)>;

enum class EvalFailure : std::uint8_t { none, unknown_register, outside, bad };

struct Value {
    std::optional<std::uint64_t> value{};
    EvalFailure why = EvalFailure::none;
};

// Bounded in steps and depth whatever the expression is.
Value evaluate(const Expression& expression, const Registers& registers, std::optional<std::uint64_t> cfa,
               const ReadWord& read);

struct Step {
    enum class Kind : std::uint8_t {
        caller,
        root,              // the return address is undefined or zero: this is the outermost frame
        unknown_register,  // one that was not read is needed
        outside,           // the stack could not be read there
        bad,               // nonsense
    };
    Kind kind = Kind::bad;
    Registers registers{};  // of the caller
};

Step step(const FrameRule& rule, const Registers& registers, const ReadWord& read);

// Without a rule: the caller by the chain of frame pointers. Only when rbp points upwards into the stack.
Step step_by_frame_pointer(const Registers& registers, const ReadWord& read);

}  // namespace rampwatch::native
