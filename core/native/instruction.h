// SPDX-License-Identifier: MIT
// x86-64 machine code, one instruction at a time: how long it is, and what it does to the stack pointer, to
// the registers that a function keeps for its caller, and to the way the code goes on. Nothing else.
// Lengths: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, appendix A.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rampwatch::native {

struct Instruction {
    enum class Kind : std::uint8_t {
        other,
        push,           // rsp -= 8; of `reg`, or of something else: kNoRegister
        pop,            // `reg` from [rsp], rsp += 8
        adjust,         // rsp += value
        set_stack,      // rsp = rbp + value
        leave,          // rsp = rbp, then a pop of rbp
        load,           // `reg` from [base + value]
        lose_stack,     // rsp is written in another way
        lose_frame,     // rbp is written in another way
        ret,            // to the address at [rsp]
        jump,           // to the next address + value
        branch,         // there, or on
        call,           // there, and back
        indirect_call,  // by a register or through memory, and back
        tail_jump,      // through a pointer beside the code: out of the function, to an import
        lost_jump,      // by a register or a table
        halt,           // hlt: nothing comes after it
        trap,           // ud2, int3: nothing comes after it, and it was not meant to come this far
        nop,
    };
    std::size_t length = 0;  // 1 to 15; 0 when it was not understood, or is cut off
    Kind kind = Kind::other;
    std::size_t reg = 0;      // as DWARF numbers them
    bool from_frame = false;  // `load`: base is rbp, else rsp
    std::int64_t value = 0;
};
inline constexpr std::size_t kNoRegister = 99;
inline constexpr std::size_t kMostInstruction = 15;

Instruction decode(std::span<const std::uint8_t> code);

}  // namespace rampwatch::native
