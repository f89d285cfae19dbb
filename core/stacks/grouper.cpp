// SPDX-License-Identifier: MIT
#include "core/stacks/grouper.h"

#include <algorithm>
#include <utility>

#include "core/model/stack_kind.h"
#include "core/stacks/own_frame.h"
#include "core/stacks/smallest_ids.h"

namespace rampwatch::stacks {
namespace {

constexpr std::size_t kMostDistinct = 256;                   // names and states that a group counts apart
constexpr std::int64_t kMostAtOnce = std::int64_t{1} << 40;  // no text makes a sum run over

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

void keep_common(std::vector<std::string>& common, const std::vector<std::string>& labels) {
    std::erase_if(common, [&](const std::string& label) {
        return std::find(labels.begin(), labels.end(), label) == labels.end();
    });
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

std::string identity(const Group& group) {
    std::string key = identity(group.frames, group.kind);
    if (!row_of(group.kind).is_task && group.truncated) append(key, 'w', group.state.value_or(""));
    return key;
}

Grouper::Building* Grouper::put(std::string key, Building&& fresh, std::int64_t times) {
    const std::size_t bytes = 3 * key.size() + 200 * fresh.group.frames.size();
    if (groups_.size() >= most_groups_ || bytes_ + bytes > most_bytes_) {
        ungrouped_ += times;
        return nullptr;
    }
    bytes_ += bytes;
    fresh.order = groups_.size();
    return &groups_.emplace(std::move(key), std::move(fresh)).first->second;
}

// The group of such stacks, with so many more of them in it; null where there may be no further one.
Grouper::Building* Grouper::open(Stack& stack, std::int64_t times) {
    stacks_ += times;
    std::string key = identity(stack.frames, stack.kind);
    if (!row_of(stack.kind).is_task && stack.truncated) append(key, 'w', stack.state.value_or(""));
    if (stack.damaged) {
        damaged_ += times;
        append(key, 'd', std::to_string(damaged_));
    }
    const auto place = groups_.find(key);
    Building* building = place == groups_.end() ? nullptr : &place->second;
    if (building == nullptr) {
        Building fresh;
        fresh.group.kind = stack.kind;
        fresh.group.frames = std::move(stack.frames);
        fresh.group.truncated = stack.truncated;
        fresh.group.damaged = stack.damaged;
        fresh.group.labels = stack.labels;
        building = put(std::move(key), std::move(fresh), times);
        if (building == nullptr) return nullptr;
    }
    building->group.count += times;
    building->group.truncated = building->group.truncated && stack.truncated;
    keep_common(building->group.labels, stack.labels);
    return building;
}

void Grouper::add(Stack stack) {
    const std::int64_t times = std::clamp<std::int64_t>(stack.count, 0, kMostAtOnce);
    if (times == 0) return;
    Building* building = open(stack, times);
    if (building == nullptr) return;
    add_id(building->group.ids, stack.id);
    count(building->names, stack.name, times);
    if (stack.state) count(building->states, *stack.state, times);
}

void Grouper::merge(Grouper& other) {
    std::vector<std::pair<std::string, Building>> theirs;
    for (auto& [key, building] : other.groups_) theirs.emplace_back(key, std::move(building));
    std::sort(theirs.begin(), theirs.end(),
              [](const auto& a, const auto& b) { return a.second.order < b.second.order; });
    for (auto& [key, building] : theirs) {
        Group& group = building.group;
        if (group.damaged) append(key, 'D', std::to_string(stacks_));
        const auto place = groups_.find(key);
        if (place == groups_.end()) {
            put(key, std::move(building), group.count);
            continue;
        }
        Building& ours = place->second;
        ours.group.count += group.count;
        ours.group.truncated = ours.group.truncated && group.truncated;
        keep_common(ours.group.labels, group.labels);
        for (const std::int64_t id : group.ids) add_id(ours.group.ids, id);
        for (const auto& [word, times] : building.names) count(ours.names, word, times);
        for (const auto& [word, times] : building.states) count(ours.states, word, times);
    }
    stacks_ += other.stacks_;
    ungrouped_ += other.ungrouped_;
    damaged_ += other.damaged_;
    other = Grouper(other.most_groups_, other.most_bytes_);
}

void Grouper::add(Stack stack, const std::vector<Member>& members) {
    if (row_of(stack.kind).is_task || !stack.truncated) return add_alike(std::move(stack), members);
    std::map<std::string, std::vector<Member>> apart;
    for (const Member& member : members) apart[member.state].push_back(member);
    for (const auto& [state, alike] : apart) {
        Stack one = stack;
        one.state = state;
        add_alike(std::move(one), alike);
    }
}

void Grouper::add_alike(Stack stack, const std::vector<Member>& members) {
    if (members.empty()) return;
    Building* building = open(stack, static_cast<std::int64_t>(members.size()));
    if (building == nullptr) return;
    for (const Member& member : members) {
        add_id(building->group.ids, member.id);
        count(building->names, member.name, 1);
        count(building->states, member.state, 1);
    }
}

std::vector<Group> Grouper::finish() {
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
