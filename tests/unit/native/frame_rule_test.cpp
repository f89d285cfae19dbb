// SPDX-License-Identifier: MIT
#include "core/native/frame_rule.h"

#include <map>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::native;

namespace {

constexpr std::uint8_t kBreg7 = 0x77, kCallFrameCfa = 0x9c, kPlusUconst = 0x23, kStackValue = 0x9f;
constexpr std::uint64_t kStack = 0x7ffc00001000;

using Words = std::map<std::uint64_t, std::uint64_t>;
ReadWord reader(const Words& words) {
    return [&words](std::uint64_t address) -> std::optional<std::uint64_t> {
        const auto found = words.find(address);
        return found == words.end() ? std::nullopt : std::optional(found->second);
    };
}

// CFA = rsp + 32, return address at CFA - 8, rbp at CFA - 16: what a compiler writes after "push %rbp; sub
// $16".
FrameRule usual() {
    FrameRule rule;
    rule.cfa = {{kBreg7, 32, 0, 0}};
    rule.registers[kProgramCounter] = {RegisterRule::Kind::at,
                                       {{kCallFrameCfa, 0, 0, 0}, {kPlusUconst, std::uint64_t(-8), 0, 1}}};
    rule.registers[kFramePointer] = {RegisterRule::Kind::at,
                                     {{kCallFrameCfa, 0, 0, 0}, {kPlusUconst, std::uint64_t(-16), 0, 1}}};
    rule.registers[kStackPointer] = {RegisterRule::Kind::value,
                                     {{kCallFrameCfa, 0, 0, 0}, {kStackValue, 0, 0, 1}}};
    return rule;
}

Registers at(std::uint64_t sp) {
    Registers registers;
    registers.set(kStackPointer, sp);
    registers.set(kProgramCounter, 0x401000);
    return registers;
}

}  // namespace

TEST_CASE("a caller's registers come from where the rule says they were saved", "[native]") {
    const Words words{{kStack + 24, 0x402000}, {kStack + 16, 0x7ffc00002000}};
    const Step next = step(usual(), at(kStack), reader(words));
    REQUIRE(next.kind == Step::Kind::caller);
    CHECK(next.registers.values[kProgramCounter] == 0x402000);
    CHECK(next.registers.values[kStackPointer] == kStack + 32);
    CHECK(next.registers.values[kFramePointer] == 0x7ffc00002000);
}

TEST_CASE("a stack that was cut off is not the outermost frame", "[native]") {
    CHECK(step(usual(), at(kStack), reader({})).kind == Step::Kind::outside);
}

TEST_CASE("an undefined or zero return address is the outermost frame", "[native]") {
    FrameRule rule = usual();
    CHECK(step(rule, at(kStack), reader({{kStack + 24, 0}, {kStack + 16, 0}})).kind == Step::Kind::root);
    rule.registers[kProgramCounter].kind = RegisterRule::Kind::undefined;
    CHECK(step(rule, at(kStack), reader({})).kind == Step::Kind::root);
}

TEST_CASE("a register that was not read is missed, not taken for zero", "[native]") {
    FrameRule rule = usual();
    rule.cfa = {{0x76, 16, 0, 0}};  // DW_OP_breg6: rbp + 16
    CHECK(step(rule, at(kStack), reader({})).kind == Step::Kind::unknown_register);
    Registers full = at(kStack);
    full.set(kFramePointer, kStack + 16);
    CHECK(step(rule, full, reader({{kStack + 24, 0x402000}})).kind == Step::Kind::caller);
}

TEST_CASE("a lost register below the return address only makes itself unknown", "[native]") {
    const Step next = step(usual(), at(kStack), reader({{kStack + 24, 0x402000}}));
    REQUIRE(next.kind == Step::Kind::caller);
    CHECK_FALSE(next.registers.knows(kFramePointer));
}

TEST_CASE("the rule of a procedure linkage table is evaluated", "[native]") {
    // rsp + 8 + ((rip & 15) >= 11) << 3: what ld writes for .plt
    const Expression plt = {{0x77, 8, 0, 0}, {0x80, 0, 0, 2}, {0x3f, 0, 0, 4},
                            {0x1a, 0, 0, 5}, {0x3b, 0, 0, 6}, {0x2a, 0, 0, 7},
                            {0x33, 0, 0, 8}, {0x24, 0, 0, 9}, {0x22, 0, 0, 10}};
    Registers registers = at(kStack);
    registers.set(kProgramCounter, 0x401006);
    CHECK(evaluate(plt, registers, std::nullopt, reader({})).value == kStack + 8);
    registers.set(kProgramCounter, 0x40100b);
    CHECK(evaluate(plt, registers, std::nullopt, reader({})).value == kStack + 16);
}

TEST_CASE("an expression that loops, underflows or divides by zero ends as nonsense", "[native]") {
    const Registers registers = at(kStack);
    const Expression loop = {{0x31, 0, 0, 0}, {0x2f, std::uint64_t(-4), 0, 1}};  // lit1; skip to lit1
    CHECK(evaluate(loop, registers, std::nullopt, reader({})).why == EvalFailure::bad);
    CHECK(evaluate({{0x22, 0, 0, 0}}, registers, std::nullopt, reader({})).why == EvalFailure::bad);
    CHECK(evaluate({{0x31, 0, 0, 0}, {0x30, 0, 0, 1}, {0x1b, 0, 0, 2}}, registers, std::nullopt, reader({}))
              .why == EvalFailure::bad);
    CHECK(evaluate({}, registers, std::nullopt, reader({})).why == EvalFailure::bad);
    CHECK(evaluate({{0xf3, 0, 0, 0}}, registers, std::nullopt, reader({})).why == EvalFailure::bad);
}

TEST_CASE("frame pointers are followed upwards only", "[native]") {
    Registers registers = at(kStack);
    registers.set(kFramePointer, kStack + 64);
    const Step next =
        step_by_frame_pointer(registers, reader({{kStack + 64, kStack + 128}, {kStack + 72, 0x402000}}));
    REQUIRE(next.kind == Step::Kind::caller);
    CHECK(next.registers.values[kStackPointer] == kStack + 80);
    CHECK(next.registers.values[kFramePointer] == kStack + 128);
    registers.set(kFramePointer, kStack - 64);
    CHECK(step_by_frame_pointer(registers, reader({})).kind == Step::Kind::bad);
    registers.set(kFramePointer, 0);
    CHECK(step_by_frame_pointer(registers, reader({})).kind == Step::Kind::root);
    CHECK(step_by_frame_pointer(at(kStack), reader({})).kind == Step::Kind::unknown_register);
}
