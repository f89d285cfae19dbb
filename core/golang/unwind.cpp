// SPDX-License-Identifier: MIT
#include "core/golang/unwind.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace rampwatch::golang {

namespace {

constexpr std::size_t kSlots = std::size_t{1} << 16;
constexpr std::size_t kMostUsed = kSlots / 2;
constexpr std::int32_t kMostFrameSize = 1 << 26;
constexpr std::array<std::string_view, 6> kRoots = {"runtime.goexit",    "runtime.mstart", "runtime.mcall",
                                                    "runtime.morestack", "runtime.rt0_go", "runtime.mstart1"};

std::size_t slot_of(std::uint64_t pc) { return (pc * 0x9E3779B97F4A7C15U) >> 48; }

}  // namespace

Unwinder::Unwinder(const Runtime& runtime) : runtime_(runtime), arm64_(runtime.arm64()), slots_(kSlots) {}

Step Unwinder::look_up(std::uint64_t pc) const {
    const Module* module = runtime_.module_at(pc);
    if (module == nullptr) return {Step::Kind::outside, 0};
    const auto function = module->function_at(pc);
    if (!function) return {};
    const std::string_view name = module->table().name(function->name);
    if (std::find(kRoots.begin(), kRoots.end(), name) != kRoots.end()) return {Step::Kind::stop, 0};
    // Of `pc` itself, as the runtime does it, not of the call before: a preemption can have come right behind
    // the instruction that made the frame.
    const auto size = module->table().frame_size(*function, module->offset(pc));
    if (!size || *size < 0 || *size > kMostFrameSize || *size % 8 != 0) return {};
    return {Step::Kind::walk, *size};
}

Step Unwinder::step(std::uint64_t pc) {
    std::size_t at = slot_of(pc);
    while (slots_[at].pc != 0 && slots_[at].pc != pc) at = (at + 1) % kSlots;
    if (slots_[at].pc == pc) return slots_[at].step;
    const Step found = look_up(pc);
    if (used_ >= kMostUsed) return found;
    slots_[at] = {pc, found};
    ++used_;
    return found;
}

void Unwinder::forget() {
    slots_.assign(kSlots, {});
    used_ = 0;
}

Unwinder::End Unwinder::walk(std::uint64_t pc, std::uint64_t sp, std::uint64_t hi, std::uint64_t link,
                             probe::Bytes stack, std::vector<std::uint64_t>& pcs) {
    pcs.clear();
    std::uint64_t at = 0;  // of the frame's stack pointer in `stack`
    while (pcs.size() < kMostFrames) {
        const Step here = step(pc);
        if (here.kind == Step::Kind::outside) return End::outside;
        if (here.kind == Step::Kind::unknown) return End::broken;
        if (here.kind == Step::Kind::stop) return End::complete;
        pcs.push_back(pc);
        const auto size = static_cast<std::uint64_t>(here.frame_size);
        // x86-64: the return address lies above the frame. AArch64: the link register was saved at its foot,
        // and a leaf without a frame still has it in the register.
        const bool in_register = arm64_ && size == 0;
        if (in_register && pcs.size() > 1) return End::broken;
        const std::uint64_t saved = arm64_ ? at : at + size;
        if (!in_register && sp + saved + 8 > hi) return End::broken;
        const auto back = in_register ? link : stack.number<std::uint64_t>(saved);
        if (!back) return End::short_of;
        pc = *back;
        at += arm64_ ? size : size + 8;
    }
    return End::deep;
}

}  // namespace rampwatch::golang
