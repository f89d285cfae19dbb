// SPDX-License-Identifier: MIT
#include "core/native/frame_search.h"

#include <map>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::native;

namespace {

constexpr std::uint64_t kStack = 0x7ffc00001000, kFunction = 0x401000, kCaller = 0x402010, kOther = 0x403020;

using Words = std::map<std::uint64_t, std::uint64_t>;
// All of the first page is there; what is not named is zero.
ReadWord reader(const Words& words) {
    return [&words](std::uint64_t address) -> std::optional<std::uint64_t> {
        if (address >= kStack + 4096) return std::nullopt;
        const auto found = words.find(address);
        return found == words.end() ? 0 : found->second;
    };
}

FrameRule by_frame_pointer() {
    FrameRule rule;
    rule.cfa = {{0x92, kFramePointer, 16, 0}};
    return rule;
}

Registers blocked() {
    Registers registers;
    registers.set(kStackPointer, kStack);
    registers.set(kProgramCounter, kFunction + 8);
    return registers;
}

FrameQuestions questions() {
    FrameQuestions ask;
    ask.function_start = kFunction;
    ask.is_return_address = [](std::uint64_t address) { return address == kCaller || address == kOther; };
    ask.call_target = [](std::uint64_t address) -> std::optional<std::uint64_t> {
        return address == kCaller ? kFunction : kFunction + 0x500;
    };
    ask.reaches_root = [](const Registers&) { return true; };
    return ask;
}

}  // namespace

TEST_CASE("a frame is proven by the call of its function", "[native]") {
    const Words words{{kStack + 40, kOther}, {kStack + 104, kCaller}};
    const auto found = find_frame_pointer(by_frame_pointer(), blocked(), reader(words), questions());
    REQUIRE(found);
    CHECK(found->frame_pointer == kStack + 96);  // not the left-over below, a call of something else
    CHECK(found->proven);
}

TEST_CASE("behind an indirect call a frame is a guess", "[native]") {
    const Words words{{kStack + 104, kCaller}};
    FrameQuestions ask = questions();
    ask.call_target = [](std::uint64_t) { return std::nullopt; };
    const auto found = find_frame_pointer(by_frame_pointer(), blocked(), reader(words), ask);
    REQUIRE(found);
    CHECK_FALSE(found->proven);
}

TEST_CASE("a place from which the walk gets nowhere is not the frame", "[native]") {
    const Words words{{kStack + 40, kCaller}, {kStack + 104, kCaller}};
    FrameQuestions ask = questions();
    ask.reaches_root = [](const Registers& registers) {
        return registers.values[kFramePointer] == kStack + 96;
    };
    CHECK(find_frame_pointer(by_frame_pointer(), blocked(), reader(words), ask)->frame_pointer ==
          kStack + 96);
    ask.reaches_root = [](const Registers&) { return false; };
    CHECK_FALSE(find_frame_pointer(by_frame_pointer(), blocked(), reader(words), ask));
}

TEST_CASE("a rule that wants more than rbp is not searched for", "[native]") {
    FrameRule rule = by_frame_pointer();
    rule.cfa.push_back({0x06, 0, 0, 1});  // DW_OP_deref
    CHECK_FALSE(find_frame_pointer(rule, blocked(), reader({}), questions()));
    rule.cfa = {{0x73, 16, 0, 0}};  // rbx
    CHECK_FALSE(find_frame_pointer(rule, blocked(), reader({}), questions()));
}

TEST_CASE("only a frame that rbp alone finds is searched for", "[native]") {
    FrameRule rule;
    rule.cfa = {{0x76, 16, 0, 0}};
    CHECK(offset_from_frame_pointer(rule) == 16U);
    rule.cfa = {{0x92, kFramePointer, 16, 0}};
    CHECK(offset_from_frame_pointer(rule) == 16U);
    rule.cfa = {{0x92, kStackPointer, 16, 0}};
    CHECK_FALSE(offset_from_frame_pointer(rule));
    rule.cfa = {{0x92, kFramePointer, 16, 0}, {0x06, 0, 0, 0}};
    CHECK_FALSE(offset_from_frame_pointer(rule));
}

TEST_CASE("a call by a pointer is not believed behind a direct call that would have done", "[native]") {
    const Words words{{kStack + 40, kOther}, {kStack + 104, kCaller}};
    FrameQuestions ask = questions();
    ask.call_target = [](std::uint64_t address) -> std::optional<std::uint64_t> {
        if (address == kOther) return kFunction + 0x500;
        return std::nullopt;
    };
    CHECK_FALSE(find_frame_pointer(by_frame_pointer(), blocked(), reader(words), ask));
    ask.reaches_root = [](const Registers& registers) {
        return registers.values[kFramePointer] == kStack + 96;
    };
    CHECK(find_frame_pointer(by_frame_pointer(), blocked(), reader(words), ask));
}

TEST_CASE("the frame of a call that leads nowhere is not skipped for a call by a pointer", "[native]") {
    const Words words{{kStack + 40, kCaller}, {kStack + 104, kOther}};
    FrameQuestions ask = questions();
    ask.call_target = [](std::uint64_t address) -> std::optional<std::uint64_t> {
        if (address == kCaller) return kFunction;
        return std::nullopt;
    };
    ask.reaches_root = [](const Registers& registers) {
        return registers.values[kFramePointer] == kStack + 96;
    };
    CHECK_FALSE(find_frame_pointer(by_frame_pointer(), blocked(), reader(words), ask));
}
