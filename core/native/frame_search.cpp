// SPDX-License-Identifier: MIT
#include "core/native/frame_search.h"

namespace rampwatch::native {
namespace {

constexpr std::uint64_t kMostSearched = 64 << 10;
constexpr int kMostWalks = 64;
constexpr std::uint8_t kBreg6 = 0x76;  // DW_OP_breg6: rbp + offset
constexpr std::uint8_t kBregx =
    0x92;  // DW_OP_bregx: the same with the register as an operand, as libdw has it

}  // namespace

std::optional<std::uint64_t> offset_from_frame_pointer(const FrameRule& rule) {
    if (rule.cfa.size() != 1) return std::nullopt;
    const Operation& only = rule.cfa.front();
    if (only.atom == kBreg6) return only.number;
    if (only.atom == kBregx && only.number == kFramePointer) return only.number2;
    return std::nullopt;
}

std::optional<FoundFrame> find_frame_pointer(const FrameRule& rule, const Registers& registers,
                                             const ReadWord& read, const FrameQuestions& ask) {
    const auto offset = offset_from_frame_pointer(rule);
    if (!offset || *offset < 16 || *offset > 4096) return std::nullopt;
    const std::uint64_t sp = registers.values[kStackPointer];
    int walks = 0;
    bool is_doubtful = false;  // a direct call was passed: a pointer's alone no longer convinces
    // The CFA is where sp was before the call: 16-byte aligned, as the ABI has it.
    for (std::uint64_t cfa = (sp + *offset + 15) / 16 * 16; cfa - sp < kMostSearched && walks < kMostWalks;
         cfa += 16) {
        const auto back = read(cfa - 8);
        if (!back) return std::nullopt;
        if (!ask.is_return_address(*back)) continue;
        Registers tried = registers;
        tried.set(kFramePointer, cfa - *offset);
        ++walks;
        const bool is_rooted = ask.reaches_root(tried);
        const auto target = ask.call_target(*back);
        if (target && ask.function_start) {
            const bool is_ours = *target == *ask.function_start;
            if (is_ours && is_rooted) return FoundFrame{cfa - *offset, true};
            is_doubtful = is_doubtful || is_rooted || is_ours;
        } else if (is_rooted) {
            if (is_doubtful) return std::nullopt;
            return FoundFrame{cfa - *offset, false};
        }
    }
    return std::nullopt;
}

}  // namespace rampwatch::native
