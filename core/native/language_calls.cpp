// SPDX-License-Identifier: MIT
#include "core/native/language_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/native/merged_frames.h"
#include "core/stacks/own_frame.h"

namespace rampwatch::native {
namespace {

using Role = runtime::Threads::Role;

constexpr std::size_t kMostTidsNamed = 8;

runtime::ThreadCopy copy_of(const CapturedThread& thread, pid_t leader) {
    runtime::ThreadCopy copy;
    copy.tid = thread.tid;
    copy.leader = thread.tid == leader;
    copy.pc = thread.registers.values[kProgramCounter];
    copy.sp = thread.registers.values[kStackPointer];
    if (thread.registers.knows(kFramePointer)) copy.frame_pointer = thread.registers.values[kFramePointer];
    return copy;
}

// Nothing but a runtime's machinery, and libraries.
bool is_machinery(const std::vector<Frame>& frames, const runtime::Threads& threads) {
    const auto is = [&](const Frame& frame) { return threads.role(frame) == Role::machinery; };
    return std::any_of(frames.begin(), frames.end(), is) &&
           std::all_of(frames.begin(), frames.end(),
                       [&](const Frame& frame) { return is(frame) || stacks::is_library(frame); });
}

// The loop in which a thread waits that runs nothing of the language.
std::optional<Frame> idle_frame(const std::vector<Frame>& frames, const runtime::Threads& threads) {
    for (const Frame& frame : frames) {
        if (auto idle = threads.idle_in(frame)) return idle;
    }
    return std::nullopt;
}

}  // namespace

void LanguageCalls::begin(const Runtimes* runtimes) {
    runtimes_ = runtimes;
    told_.clear();
    unread_.assign(runtimes == nullptr ? 0 : runtimes->size(), {});
}

void LanguageCalls::copy(const CapturedThread& thread, runtime::Budget& budget) {
    for (std::size_t i = 0; any() && i < runtimes_->size(); ++i) {
        runtime::Threads* threads = (*runtimes_)[i]->threads();
        if (threads != nullptr) threads->copy(copy_of(thread, leader_), budget);
    }
}

Calls LanguageCalls::find(const CapturedThread& thread) {
    Calls calls;
    for (std::size_t i = 0; any() && i < runtimes_->size(); ++i) {
        runtime::Threads* threads = (*runtimes_)[i]->threads();
        if (threads == nullptr) continue;
        runtime::Walked walked = threads->walk(copy_of(thread, leader_));
        if (!walked.name.empty() || !walked.waits_for.empty())
            told_[thread.tid] = {std::move(walked.name), std::move(walked.waits_for)};
        if (walked.end == runtime::End::idle) continue;
        calls.runtime = i;
        calls.end = walked.end;
        if (walked.end == runtime::End::moved) unread_[i].push_back(thread.tid);
        if (walked.end == runtime::End::moved || walked.frames.empty()) continue;
        for (const runtime::PlacedFrame& frame : walked.frames)
            calls.frames.emplace_back(frame.frame, frame.entered);
        break;
    }
    return calls;
}

bool LanguageCalls::wants_registers(const Calls& calls) const {
    return calls.end != runtime::End::root || (*runtimes_)[calls.runtime]->threads()->needs_native();
}

// What a runtime shows in place of frames of its own that were not walked.
Stack LanguageCalls::stand_in(Stack native, const Calls& calls) const {
    for (std::size_t i = 0; any() && i < runtimes_->size(); ++i) {
        const runtime::Threads* threads = (*runtimes_)[i]->threads();
        if (threads == nullptr) continue;
        const auto code = std::find_if(native.frames.begin(), native.frames.end(), [&](const Frame& frame) {
            return threads->role(frame) == Role::code;
        });
        if (auto words = threads->unread_code(); words && code != native.frames.end()) {
            native.frames.erase(code, native.frames.end());
            native.frames.push_back(std::move(*words));
            native.truncated = true;
        } else if (auto idle =
                       calls.end == runtime::End::idle ? idle_frame(native.frames, *threads) : std::nullopt) {
            native.frames.assign(1, std::move(*idle));
            native.truncated = false;
        } else if (auto own = threads->own_thread();
                   own && calls.end == runtime::End::idle && is_machinery(native.frames, *threads)) {
            native.frames.assign(1, std::move(*own));
            native.truncated = false;
        }
    }
    return native;
}

Stack LanguageCalls::merged(std::vector<Frame> native, bool truncated, const Calls& calls) const {
    Stack stack;
    stack.frames = std::move(native);
    stack.truncated = truncated;
    if (calls.frames.empty() || !any()) return stand_in(std::move(stack), calls);
    std::vector<runtime::PlacedFrame> placed;
    for (const auto& [frame, entered] : calls.frames) placed.push_back({frame, 0, entered});
    stack.frames = merge_frames(stack.frames, placed, *(*runtimes_)[calls.runtime]);
    stack.truncated = calls.end != runtime::End::root;
    return stack;
}

const LanguageCalls::Told& LanguageCalls::told(pid_t tid) const {
    static const Told none;
    const auto found = told_.find(tid);
    return found == told_.end() ? none : found->second;
}

bool LanguageCalls::is_own(const std::vector<Frame>& frames) const {
    if (frames.size() != 1 || !frames.front().language || !any()) return false;
    return std::any_of(runtimes_->begin(), runtimes_->end(), [&](const auto& runtime) {
        const auto own = runtime->threads() == nullptr ? std::nullopt : runtime->threads()->own_thread();
        return own && own->function == frames.front().function && own->language == frames.front().language;
    });
}

std::vector<std::string> LanguageCalls::warnings() const {
    std::vector<std::string> warnings;
    for (std::size_t i = 0; i < unread_.size(); ++i) {
        if (unread_[i].empty()) continue;
        warnings.push_back(fmt::format("Not read in {}, since what was found does not fit together: {}.",
                                       (*runtimes_)[i]->name(), tids_in_words(unread_[i])));
    }
    return warnings;
}

std::string tids_in_words(const std::vector<pid_t>& tids) {
    std::string words = tids.size() == 1 ? "TID " : "TIDs ";
    for (std::size_t i = 0; i < std::min(tids.size(), kMostTidsNamed); ++i)
        words += fmt::format("{}{}", i > 0 ? ", " : "", tids[i]);
    return words + (tids.size() > kMostTidsNamed ? ", ..." : "");
}

}  // namespace rampwatch::native
