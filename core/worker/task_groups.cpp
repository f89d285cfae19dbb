// SPDX-License-Identifier: MIT
#include "core/worker/task_groups.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/model/task_words.h"
#include "core/stacks/own_frame.h"
#include "core/stacks/smallest_ids.h"

namespace rampwatch::worker {
namespace {

std::string_view word_of(runtime::TaskKind kind) {
    switch (kind) {
        case runtime::TaskKind::goroutine:
            return "goroutine";
        case runtime::TaskKind::coroutine:
            return task_word::coroutine;
        case runtime::TaskKind::generator:
            return task_word::async_generator;
        case runtime::TaskKind::plain_generator:
            return task_word::generator;
        case runtime::TaskKind::virtual_thread:
            return task_word::virtual_thread;
        case runtime::TaskKind::promise:
            return task_word::async_function;
        case runtime::TaskKind::fiber:
            return "fiber";
    }
    return "task";
}

}  // namespace

void TaskGroups::add(const runtime::Task& task) {
    ++tasks_;
    if (task.torn) {
        ++torn_;
        return;
    }
    Key key{{task.frames.begin(), task.frames.end()}, std::string(task.waits_for), task.kind};
    auto place = groups_.find(key);
    if (place == groups_.end()) {
        if (groups_.size() >= kMostGroups) {
            ++ungrouped_;
            return;
        }
        place = groups_.emplace(std::move(key), TaskGroup()).first;
    }
    ++place->second.count;
    constexpr std::uint64_t kMostId = INT64_MAX;
    if (task.id != 0 && task.id <= kMostId)
        stacks::add_id(place->second.ids, static_cast<std::int64_t>(task.id));
}

std::vector<Group> TaskGroups::named(runtime::Runtime& runtime) const {
    std::vector<Group> groups;
    for (const auto& [key, alike] : groups_) {
        const auto& [frames, waits_for, kind] = key;
        Group group;
        group.kind = StackKind::task;
        group.task = word_of(kind);
        group.count = alike.count;
        group.ids = alike.ids;
        std::sort(group.ids.begin(), group.ids.end());
        if (!waits_for.empty()) group.state = waits_for;
        for (const runtime::FrameId frame : frames) group.frames.push_back(runtime.name_of(frame));
        group.own_frame = stacks::mark_own(group.frames);
        groups.push_back(std::move(group));
    }
    std::stable_sort(groups.begin(), groups.end(),
                     [](const Group& a, const Group& b) { return a.count > b.count; });
    return groups;
}

}  // namespace rampwatch::worker
