// SPDX-License-Identifier: MIT
#include "core/hotspot/threads.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/path.h"
#include "core/hotspot/words.h"
#include "core/runtime/frame_names.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::int32_t kInJava = 8, kInJavaTrans = 9;  // JavaThreadState
constexpr int kTries = 3;                              // of a list that changes under our eyes

// The TID that a JavaThread's own notes have; 0: none.
pid_t tid_of(const probe::MemoryReader& memory, const ThreadLayout& at, std::uint64_t thread) {
    const std::uint64_t os_thread = read_number(memory, thread + at.os_thread);
    return is_pointer(os_thread) ? read_number<std::int32_t>(memory, os_thread + at.os_thread_id) : 0;
}

}  // namespace

std::unordered_map<pid_t, std::uint64_t> java_threads(const runtime::Target& target, const Layout& layout) {
    const ThreadLayout& at = layout.thread;
    std::unordered_map<pid_t, std::uint64_t> threads;
    for (int i = 0; i < kTries; ++i) {
        threads.clear();
        const std::uint64_t list = read_number(target.memory, layout.statics.thread_list);
        const auto length = read_number<std::uint32_t>(target.memory, list + at.list_length);
        const std::uint64_t array = read_number(target.memory, list + at.list_threads);
        std::vector<std::uint64_t> addresses(std::min<std::size_t>(length, kMostThreads));
        if (!is_pointer(list) || !is_pointer(array)) continue;
        if (!addresses.empty() && !target.memory.read(array, std::as_writable_bytes(std::span(addresses))))
            continue;
        for (const std::uint64_t thread : addresses) {
            const pid_t tid = is_pointer(thread) ? tid_of(target.memory, at, thread) : 0;
            if (tid > 0 && target.tids.ours(tid)) threads.emplace(tid, thread);
        }
        if (read_number(target.memory, layout.statics.thread_list) == list) break;
    }
    return threads;
}

bool JavaThreads::begin(const runtime::Target& target) {
    target_ = &target;
    stacks_.clear();
    methods_.begin(target.memory);
    objects_.begin(target.memory);
    told_.begin(methods_);
    threads_ = java_threads(target, layout_);
    return cache_.begin(target.memory);
}

// Code that was made at run time lies in no file.
runtime::Threads::Role JavaThreads::role(const Frame& native) const {
    if (!native.module) return native.function ? Role::other : Role::code;
    if (*native.module == module_) return Role::machinery;
    const std::string_view name = base_name(*native.module);
    return name == "java" || name.starts_with("libjli.so") ? Role::machinery : Role::other;
}

std::optional<Frame> JavaThreads::unread_code() const { return runtime::in_words("(Java code)", "java"); }
std::optional<Frame> JavaThreads::own_thread() const {
    return runtime::in_words("(the JVM's own: collectors, compilers and the like)", "java");
}

Anchor JavaThreads::anchor_of(std::uint64_t thread) const {
    const ThreadLayout& at = layout_.thread;
    const std::uint64_t anchor = thread + at.anchor;
    return {read_number(target_->memory, anchor + at.anchor_sp),
            read_number(target_->memory, anchor + at.anchor_pc),
            read_number(target_->memory, anchor + at.anchor_fp)};
}

// From shortly below `sp`, where the return address lies that belongs to it, to the stack's base.
std::optional<StackBytes> JavaThreads::read_stack(std::uint64_t thread, std::uint64_t sp,
                                                  runtime::Budget& budget) const {
    const std::uint64_t base = read_number(target_->memory, thread + layout_.thread.stack_base);
    if (!is_pointer(sp) || !is_pointer(base) || base <= sp || base - sp > kMostStack) return std::nullopt;
    StackBytes stack{sp - 16, std::vector<std::byte>(base - sp + 16)};
    if (!budget.spend(stack.bytes.size()) || !target_->memory.read(stack.address, stack.bytes))
        return std::nullopt;
    return stack;
}

bool JavaThreads::name_frames(Copied& copied) {
    for (const RawFrame& frame : copied.stack.frames) {
        const auto number = methods_.frame(frame.method, frame.bci);
        if (!number) return false;
        copied.frames.push_back(*number);
    }
    return true;
}

void JavaThreads::copy_stack(std::uint64_t thread, const Anchor& anchor, runtime::Budget& budget,
                             Copied& copied) {
    copied.end = runtime::End::moved;
    const auto stack = read_stack(thread, anchor.sp, budget);
    if (!stack) return;
    copied.stack = walk_stack(layout_, cache_, methods_, *stack, anchor);
    if (!name_frames(copied) || copied.frames.empty()) return;
    copied.end = copied.stack.whole ? runtime::End::root : runtime::End::incomplete;
}

void JavaThreads::copy_running(std::uint64_t thread, const Anchor& registers, runtime::Budget& budget,
                               Copied& copied) {
    copied.end = runtime::End::running;
    const auto stack = registers.fp == 0 ? std::nullopt : read_stack(thread, registers.sp, budget);
    if (!stack) return;
    copied.stack = walk_running(layout_, cache_, methods_, *stack, registers);
    if (name_frames(copied) && copied.stack.whole) copied.end = runtime::End::root;
}

void JavaThreads::copy(const runtime::ThreadCopy& thread, runtime::Budget& budget) {
    if (target_ == nullptr) return;
    stacks_.erase(thread.tid);
    const auto theirs = target_->tids.theirs(thread.tid);
    const auto java = theirs ? threads_.find(*theirs) : threads_.end();
    if (java == threads_.end()) return;
    const std::uint64_t address = java->second;
    Copied& copied = stacks_[thread.tid];
    if (tid_of(target_->memory, layout_.thread, address) != *theirs) {
        copied.end = runtime::End::moved;
        return;
    }
    copied.told = told_.read(read_number(target_->memory, address + layout_.thread.object));
    const Anchor anchor = anchor_of(address);
    const auto state = read_number<std::int32_t>(target_->memory, address + layout_.thread.state);
    if (anchor.sp != 0)
        copy_stack(address, anchor, budget, copied);
    else if (state == kInJava || state == kInJavaTrans)
        copy_running(address, {thread.sp, thread.pc, thread.frame_pointer}, budget, copied);
}

// Code and methods of a stack cannot go while it stands; those that were read are the ones of then.
bool JavaThreads::is_same(const RawStack& stack) {
    return std::all_of(stack.codes.begin(), stack.codes.end(),
                       [&](const Code* code) { return cache_.is_same(*code); }) &&
           std::all_of(stack.frames.begin(), stack.frames.end(),
                       [&](const RawFrame& frame) { return methods_.is_same(frame.method); });
}

runtime::Walked JavaThreads::walk(const runtime::ThreadCopy& thread) {
    runtime::Walked walked;
    const auto found = stacks_.find(thread.tid);
    if (found == stacks_.end()) return walked;
    const Copied& copied = found->second;
    walked.end = copied.end;
    walked.name = copied.told.name;
    walked.waits_for = copied.told.waits_for;
    if (copied.end == runtime::End::idle || copied.end == runtime::End::moved) return walked;
    if (!is_same(copied.stack)) {
        walked.end = runtime::End::moved;
        return walked;
    }
    for (std::size_t i = 0; i < copied.frames.size(); ++i)
        walked.frames.push_back(
            {copied.frames[i], copied.stack.frames[i].sp, copied.stack.frames[i].entered});
    return walked;
}

}  // namespace rampwatch::hotspot
