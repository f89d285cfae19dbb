// SPDX-License-Identifier: MIT
#include "core/native/instruction.h"

#include <cstdint>
#include <string>
#include <vector>

#include "core/native/registers.h"
#include "tests/catch.h"

using namespace rampwatch::native;

namespace {

using Kind = Instruction::Kind;
using Bytes = std::vector<std::uint8_t>;

Instruction of(Bytes bytes) {
    bytes.resize(bytes.size() + kMostInstruction, 0x90);
    return decode(bytes);
}

}  // namespace

TEST_CASE("an instruction is as long as the manual says", "[native]") {
    const std::vector<Bytes> instructions = {
        {0x90},                                               // nop
        {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0},        // cs nopw 0(%rax,%rax,1)
        {0xf3, 0x0f, 0x1e, 0xfa},                             // endbr64
        {0x48, 0x8b, 0x05, 1, 2, 3, 4},                       // mov 0x4030201(%rip),%rax
        {0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0},        // mov %fs:0x28,%rax
        {0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8},                 // movabs
        {0x66, 0xb8, 1, 2},                                   // mov $0x201,%ax
        {0xf7, 0xc7, 1, 0, 0, 0},                             // test $1,%edi
        {0xf7, 0xdf},                                         // neg %edi
        {0xf0, 0x0f, 0xb1, 0x57, 0x10},                       // lock cmpxchg %edx,0x10(%rdi)
        {0x66, 0x0f, 0x3a, 0x0f, 0xc1, 8},                    // palignr $8,%xmm1,%xmm0
        {0xc5, 0xf8, 0x77},                                   // vzeroupper
        {0xc4, 0xe2, 0x79, 0x00, 0xc1},                       // vpshufb %xmm1,%xmm0,%xmm0
        {0xc4, 0xe3, 0x79, 0x0f, 0xc1, 8},                    // vpalignr $8,%xmm1,%xmm0,%xmm0
        {0x62, 0xf1, 0x7c, 0x48, 0x28, 0x87, 0, 1, 0, 0},     // vmovaps 0x100(%rdi),%zmm0
        {0x48, 0xc7, 0x84, 0x24, 0x80, 0, 0, 0, 1, 0, 0, 0},  // movq $1,0x80(%rsp)
    };
    for (const Bytes& instruction : instructions) CHECK(of(instruction).length == instruction.size());
}

TEST_CASE("an instruction that is cut off or is none has no length", "[native]") {
    CHECK(decode({}).length == 0);
    CHECK(decode(Bytes{0x48}).length == 0);
    CHECK(decode(Bytes{0xe8, 1, 2, 3}).length == 0);
    CHECK(of({0x06}).length == 0);
    CHECK(decode(Bytes(40, 0x66)).length == 0);  // prefixes without end
}

TEST_CASE("what moves the stack pointer is told with its distance", "[native]") {
    CHECK(of({0x41, 0x56}).kind == Kind::push);
    CHECK(of({0x41, 0x56}).reg == 14);
    CHECK(of({0x5d}).kind == Kind::pop);
    CHECK(of({0x5d}).reg == kFramePointer);
    CHECK(of({0x48, 0x83, 0xec, 0x18}).value == -0x18);
    CHECK(of({0x48, 0x81, 0xc4, 0x00, 0x10, 0, 0}).value == 0x1000);
    CHECK(of({0x48, 0x8d, 0x64, 0x24, 0x08}).value == 8);         // lea 8(%rsp),%rsp
    CHECK(of({0x48, 0x8d, 0x65, 0xd8}).kind == Kind::set_stack);  // lea -0x28(%rbp),%rsp
    CHECK(of({0x48, 0x8d, 0x65, 0xd8}).value == -0x28);
    CHECK(of({0x48, 0x89, 0xec}).kind == Kind::set_stack);         // mov %rbp,%rsp
    CHECK(of({0x48, 0x83, 0xe4, 0xf0}).kind == Kind::lose_stack);  // and $-16,%rsp
    CHECK(of({0x49, 0x8d, 0x62, 0xf8}).kind == Kind::lose_stack);  // lea -8(%r10),%rsp
    CHECK(of({0x48, 0x83, 0xfc, 0x10}).kind == Kind::other);       // cmp $16,%rsp
    CHECK(of({0x49, 0x83, 0xc4, 0x10}).kind == Kind::other);       // add $16,%r12: not rsp
    CHECK(of({0x31, 0xed}).kind == Kind::lose_frame);              // xor %ebp,%ebp
}

TEST_CASE("what is loaded from the stack is told with its place", "[native]") {
    const Instruction load = of({0x48, 0x8b, 0x5c, 0x24, 0x18});  // mov 0x18(%rsp),%rbx
    CHECK(load.kind == Kind::load);
    CHECK(load.reg == 3);
    CHECK(load.value == 0x18);
    CHECK_FALSE(load.from_frame);
    CHECK(of({0x4c, 0x8b, 0x65, 0xf0}).from_frame);                 // mov -0x10(%rbp),%r12
    CHECK(of({0x48, 0x8b, 0x1c, 0xcc}).kind == Kind::other);        // mov (%rsp,%rcx,8),%rbx
    CHECK(of({0x49, 0x8b, 0x5c, 0x24, 0x18}).kind == Kind::other);  // mov 0x18(%r12),%rbx
}

TEST_CASE("ways through the code are told apart", "[native]") {
    CHECK(of({0xf3, 0xc3}).kind == Kind::ret);
    CHECK(of({0xc2, 8, 0}).kind == Kind::ret);
    CHECK(of({0xeb, 0xfe}).value == -2);
    CHECK(of({0x0f, 0x84, 0, 1, 0, 0}).kind == Kind::branch);
    CHECK(of({0x0f, 0x84, 0, 1, 0, 0}).value == 0x100);
    CHECK(of({0xff, 0x13}).kind == Kind::indirect_call);          // call *(%rbx)
    CHECK(of({0x41, 0xff, 0xd1}).kind == Kind::indirect_call);    // call *%r9
    CHECK(of({0xff, 0x25, 0, 1, 0, 0}).kind == Kind::tail_jump);  // jmp *0x100(%rip)
    CHECK(of({0x3e, 0xff, 0xe0}).kind == Kind::lost_jump);        // notrack jmp *%rax
    CHECK(of({0xf4}).kind == Kind::halt);
    CHECK(of({0x0f, 0x0b}).kind == Kind::trap);
}
