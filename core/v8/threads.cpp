// SPDX-License-Identifier: MIT
#include "core/v8/threads.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/base/path.h"
#include "core/runtime/frame_names.h"
#include "core/runtime/record.h"

namespace rampwatch::v8 {
namespace {

constexpr std::uint64_t kPart = 64 << 10;  // of a stack, read at a time
constexpr std::size_t kMostWalked = 100'000;

}  // namespace

void NodeThreads::begin(const runtime::Target& target) {
    target_ = &target;
    walked_.clear();
    compiled_.begin(target.maps);
}

// Code that was made at run time lies in no file; V8 has some of the kind in its module too.
runtime::Threads::Role NodeThreads::role(const Frame& native) const {
    if (!native.module) return native.function ? Role::other : Role::code;
    const std::string_view name = base_name(*native.module);
    if (*native.module != module_ && !name.starts_with("libuv.so")) return Role::other;
    return native.function && native.function->starts_with("Builtins_") ? Role::code : Role::machinery;
}

std::optional<Frame> NodeThreads::unread_code() const {
    return runtime::in_words("(JavaScript code)", "javascript");
}
std::optional<Frame> NodeThreads::own_thread() const {
    return runtime::in_words("(Node's own: compilers, collectors, its pool and the like)", "javascript");
}

// What turns the loop of the main thread or a worker; other threads of Node's have loops of their own.
std::optional<Frame> NodeThreads::idle_in(const Frame& native) const {
    static constexpr std::array<std::string_view, 3> kLoops = {
        "node::SpinEventLoop", "node::NodeMainInstance::Run", "node::worker::Worker::Run"};
    const bool turns = native.function && std::any_of(kLoops.begin(), kLoops.end(), [&](std::string_view it) {
                           return native.function->starts_with(it);
                       });
    if (!turns) return std::nullopt;
    return runtime::in_words("(idle in its event loop)", "javascript");
}

bool NodeThreads::is_code(std::uint64_t address) const {
    const probe::Mapping* mapping = probe::find(target_->maps, address);
    return mapping != nullptr && mapping->executable && (mapping->inode == 0 || mapping->path == module_);
}

// From `sp` to the end of its mapping, or as far as can be read.
std::vector<std::uint64_t> NodeThreads::read_stack(std::uint64_t sp, runtime::Budget& budget) const {
    std::vector<std::uint64_t> stack;
    const probe::Mapping* mapping = probe::find(target_->maps, sp);
    if (!runtime::is_pointer(sp) || mapping == nullptr || !mapping->writable || !mapping->readable) return {};
    const std::uint64_t end = std::min(mapping->end, sp + kMostStack);
    for (std::uint64_t at = sp; at < end;) {
        const std::uint64_t size = std::min(kPart, end - at);
        const std::size_t before = stack.size();
        stack.resize(before + size / 8);
        const auto into = std::as_writable_bytes(std::span(stack).subspan(before));
        if (!budget.spend(size) || !target_->memory.read(at, into)) {
            stack.resize(before);
            break;
        }
        at += size;
    }
    return stack;
}

void NodeThreads::add_frames(const RawCall& call, std::vector<runtime::PlacedFrame>& frames) {
    if (!functions_.has_source(call.shared)) {  // of V8's own, such as Array.prototype.map
        if (call.entered && !frames.empty()) frames.back().entered = true;
        return;
    }
    std::vector<runtime::FrameId> calls;
    if (is_smi(call.offset) && functions_.is_run_by(call.shared, call.bytecode)) {
        if (const auto frame = functions_.at_bytecode(call.shared, smi_of(call.offset))) calls = {*frame};
    } else if (const auto code = compiled_.at(call.pc); code && code->optimised) {
        calls = compiled_.calls(*code, call.pc, call.shared);
    }
    if (calls.empty()) {
        const auto frame = functions_.somewhere_in(call.shared);
        if (!frame) return;
        calls = {*frame};
    }
    for (const runtime::FrameId frame : calls) frames.push_back({frame, 0, false});
    frames.back().entered = call.entered;
}

void NodeThreads::copy(const runtime::ThreadCopy& thread, runtime::Budget& budget) {
    if (target_ == nullptr) return;
    walked_.erase(thread.tid);
    if (walked_.size() >= kMostWalked) return;
    const std::vector<std::uint64_t> words = read_stack(thread.sp, budget);
    const StackWords stack{thread.sp, words};
    const IsCode code = [this](std::uint64_t address) { return is_code(address); };
    const bool runs = is_code(thread.pc) && thread.frame_pointer != 0;
    auto calls = runs ? calls_from(objects_, layout_, stack, thread.frame_pointer, thread.pc, code)
                      : std::vector<RawCall>{};
    if (calls.empty()) calls = find_calls(objects_, layout_, stack, code);
    if (calls.empty()) return;
    runtime::Walked walked;
    walked.end = runtime::End::root;
    for (const RawCall& call : calls) add_frames(call, walked.frames);
    if (!walked.frames.empty()) walked_[thread.tid] = std::move(walked);
}

runtime::Walked NodeThreads::walk(const runtime::ThreadCopy& thread) {
    const auto found = walked_.find(thread.tid);
    return found == walked_.end() ? runtime::Walked{} : found->second;
}

}  // namespace rampwatch::v8
