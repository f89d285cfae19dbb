// SPDX-License-Identifier: MIT
#include "core/stacks/grouper.h"

#include <algorithm>
#include <utility>

#include "core/model/stack_kind.h"
#include "core/stacks/own_frame.h"

namespace rampwatch::stacks {
namespace {

constexpr std::size_t kMostDistinct = 256;  // names and states that a group counts apart

void append(std::string& key, char tag, std::string_view text) {
    key += tag;
    key += std::to_string(text.size());
    key += ':';
    key += text;
}

void count(std::map<std::string, std::int64_t>& counts, const std::string& word, std::int64_t times) {
    if (word.empty()) return;
    const auto place = counts.find(word);
    if (place != counts.end()) {
        place->second += times;
    } else if (counts.size() < kMostDistinct) {
        counts.emplace(word, times);
    }
}

std::vector<std::string> most_frequent(const std::map<std::string, std::int64_t>& counts, std::size_t most) {
    std::vector<std::pair<std::int64_t, std::string>> sorted;
    for (const auto& [word, times] : counts) sorted.emplace_back(-times, word);
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::string> words;
    for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i) words.push_back(sorted[i].second);
    return words;
}

// Keeps the smallest kMostIds, as a heap with the largest on top until take() sorts it.
void add_id(std::vector<std::int64_t>& ids, std::int64_t id) {
    if (ids.size() < kMostIds) {
        ids.push_back(id);
        std::push_heap(ids.begin(), ids.end());
    } else if (id < ids.front()) {
        std::pop_heap(ids.begin(), ids.end());
        ids.back() = id;
        std::push_heap(ids.begin(), ids.end());
    }
}

// Whether it is known where in its machine code the call stands that frames[index] was inlined into.
bool has_place(const std::vector<Frame>& frames, std::size_t index) {
    while (index < frames.size() && frames[index].inlined) ++index;
    return index < frames.size() && frames[index].function && frames[index].offset;
}

}  // namespace

std::string identity(const std::vector<Frame>& frames, StackKind kind) {
    const bool native = row_of(kind).native;
    std::string key(row_of(kind).word);
    bool outside_innermost =
        kind == StackKind::task;  // an inlined frame still belongs to the call that it was inlined into
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const Frame& frame = frames[i];
        if (frame.inlined && native && has_place(frames, i)) continue;
        append(key, 'f', frame.function ? *frame.function : std::string());
        append(key, 'm', frame.module ? *frame.module : std::string());
        if (frame.language && frame.file) append(key, 'p', *frame.file);
        const bool placed = frame.offset && (!frame.function || native);
        if (placed && (!frame.function || outside_innermost))
            append(key, 'o', std::to_string(*frame.offset));
        else if (!placed && outside_innermost && frame.function && frame.line)
            append(key, 'l', std::to_string(*frame.line));
        outside_innermost = outside_innermost || !frame.inlined;
    }
    return key;
}

// The group of such stacks, with so many more of them in it; null where there may be no further one.
Grouper::Building* Grouper::open(Stack& stack, std::int64_t times) {
    stacks_ += times;
    std::string key = identity(stack.frames, stack.kind);
    auto place = groups_.find(key);
    if (place == groups_.end()) {
        const std::size_t bytes = 3 * key.size() + 200 * stack.frames.size();
        if (groups_.size() >= most_groups_ || bytes_ + bytes > most_bytes_) {
            ungrouped_ += times;
            return nullptr;
        }
        bytes_ += bytes;
        Building fresh;
        fresh.order = groups_.size();
        fresh.group.kind = stack.kind;
        fresh.group.frames = std::move(stack.frames);
        fresh.group.truncated = stack.truncated;
        place = groups_.emplace(std::move(key), std::move(fresh)).first;
    }
    Building& building = place->second;
    building.group.count += times;
    building.group.truncated = building.group.truncated && stack.truncated;
    return &building;
}

void Grouper::add(Stack stack, std::int64_t times) {
    Building* building = open(stack, times);
    if (building == nullptr) return;
    add_id(building->group.ids, stack.id);
    count(building->names, stack.name, times);
    if (stack.state) count(building->states, *stack.state, times);
}

void Grouper::add(Stack stack, const std::vector<Member>& members) {
    if (members.empty()) return;
    Building* building = open(stack, static_cast<std::int64_t>(members.size()));
    if (building == nullptr) return;
    for (const Member& member : members) {
        add_id(building->group.ids, member.id);
        count(building->names, member.name, 1);
        count(building->states, member.state, 1);
    }
}

std::vector<Group> Grouper::take() {
    std::vector<Building> built;
    for (auto& [key, building] : groups_) built.push_back(std::move(building));
    std::sort(built.begin(), built.end(), [](const Building& a, const Building& b) {
        return a.group.count != b.group.count ? a.group.count > b.group.count : a.order < b.order;
    });
    std::vector<Group> groups;
    for (Building& building : built) {
        Group& group = building.group;
        std::sort(group.ids.begin(), group.ids.end());
        group.names = most_frequent(building.names, kMostNames);
        const auto states = most_frequent(building.states, 1);
        if (!states.empty()) group.state = states.front();
        group.own_frame = mark_own(group.frames);
        groups.push_back(std::move(group));
    }
    *this = Grouper(most_groups_, most_bytes_);
    return groups;
}

}  // namespace rampwatch::stacks
