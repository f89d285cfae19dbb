// SPDX-License-Identifier: MIT
#include "core/worker/go_reader.h"

#include <time.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/base/poller.h"
#include "core/golang/describe.h"
#include "core/probe/maps.h"
#include "core/stacks/own_frame.h"
#include "core/worker/go_profile.h"

namespace rampwatch::worker {
namespace {

std::chrono::nanoseconds monotonic_now() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// Where those are now that started others, as far as their ids are kept.
void place_parents(std::vector<Group>& groups) {
    std::unordered_map<std::int64_t, const Group*> of_ids;
    for (const Group& group : groups) {
        for (const std::int64_t id : group.ids) of_ids.emplace(id, &group);
    }
    for (Group& group : groups) {
        const auto found = group.parent ? of_ids.find(*group.parent) : of_ids.end();
        if (found == of_ids.end() || found->second->frames.empty()) continue;
        group.parent_frame = found->second->frames[found->second->own_frame];
    }
}

// A runtime that looked for leaks has left its word in the states.
void note_leaked(answer::Goroutines& answer) {
    for (const Group& group : answer.groups) {
        if (group.leaked) answer.go.leaked = answer.go.leaked.value_or(0) + *group.leaked;
    }
}

// What a profile does not have.
void keep_memory(const GoProgram& read, GoProgram& into) {
    into.version = read.version;
    into.module = read.module;
    into.guessed = read.guessed;
    into.stack_bytes = read.stack_bytes;
    into.aged = read.aged;
    into.heap = read.heap;
}

}  // namespace

void leave_out(answer::Goroutines& answer, std::size_t kept) {
    for (std::size_t i = kept; i < answer.groups.size(); ++i) {
        if (answer.groups[i].kind == StackKind::goroutine) answer.go.ungrouped += answer.groups[i].count;
    }
    answer.groups.resize(std::min(kept, answer.groups.size()));
}

// A program that had no Go has none while its code is the same: to look through a large one again took a
// quarter of a second dump.
std::vector<MappedCode> GoReader::code_of(pid_t pid) {
    const auto tid = probe::live_thread(pid);
    const auto maps = tid ? probe::read_maps(*tid) : Result<probe::Maps>(tid.error());
    return maps ? mapped_code(*maps) : std::vector<MappedCode>();
}

Result<void> GoReader::attach() {
    if (runtime_) return {};
    auto code = code_of(pid_);
    if (without_go_ && code == without_go_code_) return *without_go_;
    auto attached = golang::Runtime::attach(pid_);
    if (!attached) {
        const bool settled = attached.error().kind == Error::Kind::not_found && !code.empty();
        without_go_ = settled ? std::optional(attached.error()) : std::nullopt;
        without_go_code_ = std::move(code);
        return attached.error();
    }
    runtime_.emplace(std::move(*attached));
    goroutines_.emplace(*runtime_);
    return {};
}

GoProgram GoReader::program(const golang::Tally& tally) const {
    GoProgram go;
    go.version = runtime_->version_text();
    go.module = runtime_->module_path();
    go.guessed = runtime_->layout().guessed;
    go.frames = runtime_->layout().frames;
    go.goroutines = tally.live;
    go.system = tally.system;
    go.running = tally.running;
    go.moving = tally.moving;
    go.partial = tally.partial;
    go.unread = tally.unread;
    go.ungrouped = tally.ungrouped;
    go.kept = tally.kept;
    go.aged = tally.aged;
    go.stack_bytes = tally.stack_bytes;
    if (const auto heap = runtime_->heap()) go.heap = *heap;
    return go;
}

Result<GoProgram> GoReader::read(std::chrono::nanoseconds aged_after) {
    if (auto attached = attach(); !attached) return attached.error();
    const auto begun = boot_now();
    auto tally = goroutines_->read(begun, aged_after);
    if (tally && tally->outside > 0 && runtime_->find_new_modules()) {  // a plugin came in since
        goroutines_->forget_outside();
        tally = goroutines_->read(begun, aged_after);
    }
    if (tally) return program(*tally);
    goroutines_.reset();  // it may have become another program by exec: found anew next time
    runtime_.reset();
    return tally.error();
}

Payload GoReader::answer(const order::Count& order) {
    auto go = read(order.aged_after);
    if (!go) return go.error();
    return answer::Count{std::move(*go),
                         {runtime_->counters().allgs_length, runtime_->counters().heap_marked}};
}

Payload GoReader::answer(const order::Goroutines& order) {
    auto go = read(order.aged_after);
    if (!go) return go.error();
    answer::Goroutines found{.go = std::move(*go)};
    const golang::Moment moment{boot_now(), monotonic_now()};
    found.groups = golang::describe(*runtime_, goroutines_->groups(), moment);
    leave_out(found, kMostGroups);
    for (Group& group : found.groups) group.own_frame = stacks::mark_own(group.frames);
    place_parents(found.groups);
    note_leaked(found);
    return found;
}

Payload GoReader::answer(const order::Profile& order) {
    auto profile = ask_profile(pid_, order.place, order.time);
    if (!profile) {
        Payload payload = answer(order::Goroutines{});
        if (auto* found = std::get_if<answer::Goroutines>(&payload))
            found->warnings.push_back("Not by --pprof: " + to_string(profile.error()) +
                                      ". Its goroutines were read from its memory.");
        else
            payload = profile.error();
        return payload;
    }
    answer::Goroutines found{.go = std::move(*profile->go),
                             .groups = std::move(profile->groups),
                             .warnings = std::move(profile->warnings)};
    if (const auto read_too = read(order::Count{}.aged_after)) keep_memory(*read_too, found.go);
    leave_out(found, kMostGroups);
    return found;
}

}  // namespace rampwatch::worker
