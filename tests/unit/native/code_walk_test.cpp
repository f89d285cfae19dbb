// SPDX-License-Identifier: MIT
#include "core/native/code_walk.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch::native;

namespace {

constexpr std::uint64_t kCode = 0x401000, kStack = 0x7ffc00001000;
using Bytes = std::vector<std::uint8_t>;

struct Walked {
    CodeWalk walk{};
    // Of the first rule.
    std::int64_t cfa = 0;
    std::optional<std::uint64_t> rbx{}, rbp{};
};

// Every word of the stack holds its own distance from where it begins.
Walked walked(Bytes code, std::size_t from = 0, bool is_return_address = true,
              std::set<std::uint64_t> starts = {}) {
    const ReadCode read = [&](std::uint64_t address, std::span<std::uint8_t> into) -> std::size_t {
        if (address < kCode || address >= kCode + code.size()) return 0;
        const std::size_t count = std::min<std::size_t>(into.size(), kCode + code.size() - address);
        std::copy_n(code.begin() + static_cast<std::ptrdiff_t>(address - kCode), count, into.begin());
        return count;
    };
    Walked found;
    found.walk = walk_code(kCode + from, is_return_address, read,
                           [&](std::uint64_t address) { return starts.contains(address); });
    if (found.walk.rules.empty()) return found;
    Registers registers;
    registers.set(kStackPointer, kStack);
    registers.set(kFramePointer, kStack + 0x100);
    registers.set(3, 0xb0b);
    const Step caller = step(found.walk.rules.front(), registers, [](std::uint64_t address) {
        return std::optional<std::uint64_t>(address - kStack + 0x1000);
    });
    REQUIRE(caller.kind == Step::Kind::caller);
    found.cfa = static_cast<std::int64_t>(caller.registers.values[kStackPointer] - kStack);
    CHECK(caller.registers.values[kProgramCounter] == static_cast<std::uint64_t>(found.cfa - 8 + 0x1000));
    if (caller.registers.knows(3)) found.rbx = caller.registers.values[3];
    if (caller.registers.knows(kFramePointer)) found.rbp = caller.registers.values[kFramePointer];
    return found;
}

Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

const Bytes kAddEight = {0x48, 0x83, 0xc4, 0x08}, kCall = {0xe8, 0, 1, 0, 0}, kRet = {0xc3}, kPopRbx = {0x5b};

}  // namespace

TEST_CASE("a system call's stub has its return address at the stack pointer", "[native]") {
    const Walked stub = walked(kRet, 0, false);
    CHECK(stub.cfa == 8);
    CHECK(stub.rbx == 0xb0b);  // never touched
}

TEST_CASE("what is popped on the way to the return is the caller's", "[native]") {
    const Walked found = walked(joined({kAddEight, kPopRbx, {0x5d}, kRet}));  // pop %rbx, pop %rbp
    CHECK(found.cfa == 32);
    CHECK(found.rbx == 0x1008);
    CHECK(found.rbp == 0x1010);
}

TEST_CASE("what is pushed and popped again is what it was", "[native]") {
    const Walked found = walked(joined({{0x53}, kCall, kPopRbx, kAddEight, kRet}));  // push %rbx
    CHECK(found.cfa == 16);
    CHECK(found.rbx == 0xb0b);
}

TEST_CASE("a frame that is given back by rbp is counted from it", "[native]") {
    CHECK(walked({0xc9, 0xc3}).cfa == 0x110);  // leave
    const Walked by_lea = walked(joined({{0x48, 0x8d, 0x65, 0xf8}, kPopRbx, {0x5d}, kRet}));
    CHECK(by_lea.cfa == 0x110);
    CHECK(by_lea.rbx == 0x10f8);
    CHECK(walked({0x31, 0xed, 0xc9, 0xc3}).walk.rules.empty());  // xor %ebp,%ebp: then it is no frame
}

TEST_CASE("a loop and a branch lead to the same return", "[native]") {
    const Walked found = walked(joined({{0x75, 0xfe}, {0x74, 0x01}, {0xcc}, kAddEight, kRet}));
    CHECK(found.walk.rules.size() == 1);
    CHECK(found.cfa == 16);
    CHECK(walked({0xeb, 0xfe}).walk.rules.empty());  // for ever
}

TEST_CASE("a walk does not run into the function behind a call that never returns", "[native]") {
    // jne past it; call abort; then another function, whose return is none of ours.
    const Bytes code = joined({{0x75, 0x0b}, kCall, kAddEight, kRet, {0x90}, kAddEight, kAddEight, kRet});
    CHECK(walked(code, 0, true, {kCode + 7}).cfa == 24);
    const Walked unnamed = walked(code);  // without names both are found: who has the stack can tell
    REQUIRE(unnamed.walk.rules.size() == 2);
    // Filled up behind the call: nothing comes after it.
    const Bytes filled = joined({{0x75, 0x0e}, kCall, Bytes(9, 0x90), kAddEight, kRet});
    CHECK(walked(filled).walk.rules.size() == 1);
}

TEST_CASE("a tail call ends a function as a return does", "[native]") {
    CHECK(walked(joined({kAddEight, {0xff, 0x25, 0, 0, 0, 0}})).cfa == 16);
    CHECK(walked(joined({kAddEight, {0xe9, 0x00, 0x02, 0, 0}}), 0, true, {kCode + 0x209}).cfa == 16);
    CHECK(walked(joined({kAddEight, {0xff, 0xe0}})).walk.rules.empty());  // a table, for all that is known
}

TEST_CASE("where a thread begins there is no caller", "[native]") {
    // mov %eax,%edi; xor %eax,%eax; mov $60,%al; syscall; hlt
    const Bytes clone = {0x89, 0xc7, 0x31, 0xc0, 0xb0, 0x3c, 0x0f, 0x05, 0xf4};
    CHECK(walked(clone).walk.is_beginning);
    CHECK_FALSE(walked(clone, 0, false).walk.is_beginning);  // not behind a call
    const Bytes exits = joined({{0x89, 0xc7}, kCall, Bytes(9, 0x90), {0x53}, kPopRbx, kRet});
    CHECK(walked(exits).walk.is_beginning);                                   // exit(main())
    CHECK(walked(joined({{0x89, 0xc7}, kCall, kAddEight, kRet})).cfa == 16);  // g(f()) and on
    CHECK_FALSE(walked(joined({{0x31, 0xc0}, {0xeb, 0xfe}})).walk.is_beginning);
}

TEST_CASE("a walk through hostile code ends", "[native]") {
    Bytes branches;
    for (int i = 0; i < 3000; ++i) branches.insert(branches.end(), {0x0f, 0x84, 0x10, 0, 0, 0});
    CHECK(walked(branches).walk.rules.empty());
    CHECK(walked(joined({{0x48, 0x81, 0xec, 0xff, 0xff, 0xff, 0x7f}, kRet})).walk.rules.empty());
    CHECK(walked({0x06}).walk.rules.empty());
    CHECK(walked({0x48}).walk.rules.empty());
}
