// SPDX-License-Identifier: MIT
#include "core/stacks/member_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/model/stack_kind.h"
#include "core/stacks/grouper.h"

namespace rampwatch::stacks {
namespace {

template <class T>
void keep_larger(std::optional<T>& ours, const std::optional<T>& theirs) {
    if (theirs && (!ours || *theirs > *ours)) ours = theirs;
}
template <class T>
void add(std::optional<T>& ours, const std::optional<T>& theirs) {
    if (theirs) ours = ours.value_or(T{}) + *theirs;
}

void add_new(std::vector<std::string>& list, const std::vector<std::string>& more, std::size_t most) {
    for (const std::string& one : more) {
        if (list.size() >= most) return;
        if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
    }
}

void take(Group& ours, const Group& theirs) {
    ours.count += theirs.count;
    ours.truncated = ours.truncated && theirs.truncated;
    ours.runtime_own = ours.runtime_own && theirs.runtime_own;
    add_new(ours.names, theirs.names, kMostNames);
    std::erase_if(ours.labels, [&](const std::string& label) {
        return std::find(theirs.labels.begin(), theirs.labels.end(), label) == theirs.labels.end();
    });
    add(ours.stack_bytes, theirs.stack_bytes);
    add(ours.leaked, theirs.leaked);
    keep_larger(ours.waited_at_least, theirs.waited_at_least);
    keep_larger(ours.waited_at_most, theirs.waited_at_most);
}

// What a task waits for is part of it.
std::string key_of(const Group& group) {
    std::string key = identity(group);
    if (row_of(group.kind).is_task) key += "\x1f" + group.state.value_or("") + "\x1f" + group.task;
    return key;
}

class Groups {
  public:
    void add(std::int32_t pid, std::vector<Group> groups) {
        for (Group& group : groups) {
            GroupMember member{pid, group.count, std::move(group.ids)};
            group.ids.clear();
            group.parent.reset();  // a number of that process alone
            group.parent_frame.reset();
            put(std::move(group), std::move(member));
        }
    }

    std::vector<Group> take_all() {
        for (Group& group : groups_) {
            std::stable_sort(group.members.begin(), group.members.end(),
                             [](const auto& a, const auto& b) { return a.count > b.count; });
            share_ids(group.members);
        }
        // Tasks stand before threads, as in a dump of one.
        std::stable_sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) {
            const bool first = a.kind != StackKind::thread, second = b.kind != StackKind::thread;
            return first != second ? first : a.count > b.count;
        });
        return std::move(groups_);
    }

  private:
    void put(Group group, GroupMember member) {
        if (!group.damaged) {
            const auto [place, fresh] = places_.try_emplace(key_of(group), groups_.size());
            if (!fresh) {
                Group& ours = groups_[place->second];
                take(ours, group);
                const bool again = ours.members.back().pid == member.pid;
                if (again)
                    ours.members.back().count += member.count;
                else
                    ours.members.push_back(std::move(member));
                return;
            }
        }
        group.members.push_back(std::move(member));
        groups_.push_back(std::move(group));
    }

    // kMostIds in all, of each member some.
    static void share_ids(std::vector<GroupMember>& members) {
        const std::size_t each =
            std::max<std::size_t>(kMostIds / std::max<std::size_t>(members.size(), 1), 1);
        std::size_t all = 0;
        for (const GroupMember& member : members) all += member.ids.size();
        if (all <= kMostIds) return;
        for (GroupMember& member : members) {
            if (member.ids.size() > each) member.ids.resize(each);
        }
    }

    std::vector<Group> groups_{};
    std::unordered_map<std::string, std::size_t> places_{};
};

void add(GoProgram& ours, const GoProgram& theirs) {
    ours.frames = ours.frames && theirs.frames;
    ours.guessed = ours.guessed || theirs.guessed;
    for (auto member : {&GoProgram::goroutines, &GoProgram::system, &GoProgram::running, &GoProgram::moving,
                        &GoProgram::partial, &GoProgram::unread, &GoProgram::ungrouped, &GoProgram::kept,
                        &GoProgram::aged, &GoProgram::stack_bytes})
        ours.*member += theirs.*member;
    add(ours.leaked, theirs.leaked);
}

void add(std::vector<LanguageRuntime>& ours, const std::vector<LanguageRuntime>& theirs) {
    for (const LanguageRuntime& runtime : theirs) {
        const auto same = std::find_if(ours.begin(), ours.end(), [&](const LanguageRuntime& it) {
            return it.name == runtime.name && it.version == runtime.version && it.refused == runtime.refused;
        });
        if (same == ours.end()) {
            if (ours.size() < kMostRuntimes) ours.push_back(runtime);
            continue;
        }
        same->frames = same->frames && runtime.frames;
        add(same->tasks, runtime.tasks);
        same->torn += runtime.torn;
        if (same->left_out.empty()) same->left_out = runtime.left_out;
        same->lock_known = same->lock_known || runtime.lock_known;
        same->lock_moves = same->lock_moves || runtime.lock_moves;
        same->lock_holders.insert(same->lock_holders.end(), runtime.lock_holders.begin(),
                                  runtime.lock_holders.end());
    }
}

// A warning that several have is said once.
class Warnings {
  public:
    void add(std::int32_t pid, const std::vector<std::string>& warnings) {
        for (const std::string& warning : warnings) {
            const auto [place, fresh] = who_.try_emplace(warning);
            if (fresh) order_.push_back(warning);
            place->second.push_back(pid);
        }
    }
    [[nodiscard]] std::vector<std::string> said() const {
        std::vector<std::string> all;
        for (const std::string& warning : order_) {
            const auto& pids = who_.at(warning);
            all.push_back(pids.size() == 1 ? fmt::format("PID {}: {}", pids.front(), warning)
                                           : fmt::format("{} processes: {}", pids.size(), warning));
        }
        return all;
    }

  private:
    std::map<std::string, std::vector<std::int32_t>> who_{};
    std::vector<std::string> order_{};
};

std::int64_t tasks_of(const Dump& dump) {
    std::int64_t tasks = dump.go ? dump.go->goroutines : 0;
    for (const LanguageRuntime& runtime : dump.runtimes) tasks += runtime.tasks.value_or(0);
    return tasks;
}

std::string words(const Error& error) {
    return error.what + (error.hint.empty() ? "" : " (" + error.hint + ")");
}

void take(Dump& whole, const Dump& dump) {
    whole.threads += dump.threads;
    whole.timed_out = whole.timed_out || dump.timed_out;
    add(whole.stop_time, std::optional(dump.stop_time.value_or(std::chrono::nanoseconds(0))));
    whole.stops.insert(whole.stops.end(), dump.stops.begin(), dump.stops.end());
    if (whole.backend.find(dump.backend) == std::string::npos)
        whole.backend += (whole.backend.empty() ? "" : ", ") + dump.backend;
    if (dump.go && whole.go) {
        add(*whole.go, *dump.go);
    } else if (dump.go) {
        whole.go = dump.go;
        whole.go->heap.reset();
    }
    add(whole.runtimes, dump.runtimes);
}

}  // namespace

Dump merged(std::vector<MemberReading> readings) {
    Dump whole;
    if (!readings.empty()) whole.life = readings.front().life;
    Groups groups;
    Warnings warnings;
    bool measured = true;  // how long each was held
    for (MemberReading& reading : readings) {
        DumpMember member{reading.life, 0, 0, {}};
        if (!reading.dump) {
            member.missing = words(reading.dump.error());
            whole.members.push_back(std::move(member));
            continue;
        }
        Dump& dump = *reading.dump;
        member.threads = dump.threads;
        member.tasks = tasks_of(dump);
        measured = measured && dump.stop_time.has_value();
        take(whole, dump);
        warnings.add(reading.life.pid, dump.warnings);
        groups.add(reading.life.pid, std::move(dump.groups));
        whole.members.push_back(std::move(member));
    }
    if (!measured) whole.stop_time.reset();
    whole.warnings = warnings.said();
    whole.groups = groups.take_all();
    return whole;
}

}  // namespace rampwatch::stacks
