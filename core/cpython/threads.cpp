// SPDX-License-Identifier: MIT
#include "core/cpython/threads.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/cpython/record.h"

namespace rampwatch::cpython {
namespace {

constexpr std::size_t kFrameBytes = 128;  // all that is asked of a frame object, or of a frame
constexpr std::size_t kTidInGlibc = 720;  // of a pthread_t, in glibc on x86-64; proved by the TID being there
constexpr std::uint8_t kOwnedByCStack = 3;
constexpr int kMostCFrames = 3;  // tried for one that has frames

// All that is asked of a frame, so that a frame at the end of its chunk is not read beyond it.
std::size_t frame_size(const Layout& layout) {
    return layout.chain == Chain::objects ? kFrameBytes
                                          : std::min<std::size_t>(layout.frame_values, kFrameBytes);
}

std::optional<pid_t> tid_of(const runtime::Target& target, const Layout& layout, std::uint64_t thread) {
    std::uint64_t tid = 0;
    if (layout.thread_native != 0) {
        tid = read_word(target.memory, thread + layout.thread_native);
    } else if (target.arch == probe::Arch::x86_64) {
        const std::uint64_t pthread = read_word(target.memory, thread + layout.thread_ident);
        if (is_pointer(pthread)) {
            const auto noted = target.memory.get<std::int32_t>(pthread + kTidInGlibc);
            tid = noted && *noted > 0 ? static_cast<std::uint64_t>(*noted) : 0;
        }
    }
    if (tid == 0 || tid > INT32_MAX || !target.tids.ours(static_cast<pid_t>(tid))) return std::nullopt;
    return static_cast<pid_t>(tid);
}

}  // namespace

namespace {

// The chain of frames from the one at `at`.
RawStack copy_chain(const probe::MemoryReader& memory, const Layout& layout, std::uint64_t at) {
    RawStack stack;
    std::array<std::byte, kFrameBytes> bytes{};
    const std::span<std::byte> part = std::span(bytes).first(frame_size(layout));
    bool shim = false;  // a frame of the C stack: what it called was called by C code
    while (at != 0 && stack.frames.size() < kMostDepth) {
        if (!is_pointer(at) || !memory.read(at, part)) return stack;
        const std::uint64_t back = word_at(part, layout.frame_back);
        if (back == at) return stack;
        shim = layout.chain == Chain::frames && layout.frame_entry == 0 &&
               number_at<std::uint8_t>(part, layout.frame_owner) == kOwnedByCStack;
        if (shim) {
            if (!stack.frames.empty()) stack.frames.back().entered = true;
        } else {
            const bool entry =
                layout.chain == Chain::objects ||
                (layout.frame_entry != 0 && number_at<std::uint8_t>(part, layout.frame_entry) != 0);
            const std::uint64_t instruction = layout.chain == Chain::objects
                                                  ? number_at<std::uint32_t>(part, layout.frame_instruction)
                                                  : word_at(part, layout.frame_instruction);
            stack.frames.push_back({{word_at(part, layout.frame_code), instruction}, at, entry});
        }
        at = back;
    }
    stack.whole = at == 0;
    if (stack.whole && !stack.frames.empty()) stack.frames.back().entered = true;
    return stack;
}

}  // namespace

// A call into the interpreter that has just begun, or is about to end, has a C frame with nothing in it yet,
// or what was there before: the C frame before it has the caller's.
RawStack copy_stack(const probe::MemoryReader& memory, const Layout& layout, std::uint64_t thread) {
    std::uint64_t holder = read_word(memory, thread + layout.thread_frame);
    if (layout.c_frame < 0) return copy_chain(memory, layout, holder);
    const auto current = static_cast<std::uint64_t>(layout.c_frame);
    RawStack first;
    for (int hop = 0; hop < kMostCFrames && is_pointer(holder); ++hop) {
        RawStack stack = copy_chain(memory, layout, read_word(memory, holder + current));
        if (stack.whole && !stack.frames.empty()) return stack;
        if (hop == 0) first = std::move(stack);
        holder = read_word(memory, holder + current + 8);
    }
    return first;
}

std::unordered_map<pid_t, std::uint64_t> thread_states(const runtime::Target& target,
                                                       const Interpreter& python) {
    std::unordered_map<pid_t, std::uint64_t> states;
    const Layout& layout = python.layout;
    std::uint64_t interpreter =
        python.first_is_address ? python.first : read_word(target.memory, python.first);
    for (std::size_t i = 0; i < kMostInterpreters && is_pointer(interpreter); ++i) {
        std::uint64_t thread = read_word(target.memory, interpreter + layout.interpreter_threads);
        for (std::size_t seen = 0; seen < kMostThreads && is_pointer(thread); ++seen) {
            if (read_word(target.memory, thread + layout.thread_interpreter) != interpreter) break;
            if (const auto tid = tid_of(target, layout, thread)) states.emplace(*tid, thread);
            thread = read_word(target.memory, thread + layout.thread_next);
        }
        interpreter = read_word(target.memory, interpreter + layout.interpreter_next);
    }
    return states;
}

std::optional<pid_t> gil_holder(const runtime::Target& target, const Interpreter& python,
                                const std::unordered_map<pid_t, std::uint64_t>& states) {
    constexpr std::uint64_t kLastHolder = 8, kLocked = 16;  // Include/internal/pycore_gil.h, 3.7 to 3.13
    const Layout& layout = python.layout;
    if (python.first_is_address || layout.gil + layout.interpreter_gil == 0) return std::nullopt;
    const std::uint64_t gil =
        layout.gil != 0
            ? python.first - layout.interpreters + layout.gil
            : read_word(target.memory, read_word(target.memory, python.first) + layout.interpreter_gil);
    if (!is_pointer(gil)) return std::nullopt;
    const auto locked = target.memory.get<std::int32_t>(gil + kLocked);
    if (!locked || *locked < 0 || *locked > 1) return std::nullopt;  // -1: not made yet
    const std::uint64_t holder = read_word(target.memory, gil + kLastHolder);
    const auto state =
        std::find_if(states.begin(), states.end(), [&](const auto& known) { return known.second == holder; });
    if (*locked == 0) return 0;
    if (state == states.end()) return std::nullopt;
    return state->first;
}

runtime::Threads::Role PythonThreads::role(const Frame& native) const {
    if (native.function && native.function->starts_with("_PyEval_EvalFrameDefault")) return Role::loop;
    return native.module == python_.module ? Role::machinery : Role::other;
}

void PythonThreads::begin(const runtime::Target& target) {
    target_ = &target;
    stacks_.clear();
    states_ = thread_states(target, python_);
}

void PythonThreads::copy(const runtime::ThreadCopy& thread, runtime::Budget& budget) {
    if (target_ == nullptr) return;
    stacks_.erase(thread.tid);
    const auto theirs = target_->tids.theirs(thread.tid);
    const auto state = theirs ? states_.find(*theirs) : states_.end();
    if (state == states_.end()) return;
    RawStack stack = copy_stack(target_->memory, python_.layout, state->second);
    if (!budget.spend(stack.frames.size() * kFrameBytes)) return;
    stacks_.emplace(thread.tid, std::move(stack));
}

runtime::Walked PythonThreads::walk(const runtime::ThreadCopy& thread) {
    runtime::Walked walked;
    const auto copied = stacks_.find(thread.tid);
    if (copied == stacks_.end() || copied->second.frames.empty()) return walked;
    for (const RawFrame& raw : copied->second.frames) {
        const auto frame = codes_.frame(raw.place);
        if (!frame) {
            // Some builtins stand among the frames without code, and nothing is lost by them.
            if (raw.place.code != 0 && python_.layout.chain == Chain::frames) continue;
            walked.end = runtime::End::moved;
            return walked;
        }
        walked.frames.push_back({*frame, 0, raw.entered});
    }
    walked.end = copied->second.whole ? runtime::End::root : runtime::End::incomplete;
    return walked;
}

}  // namespace rampwatch::cpython
