// SPDX-License-Identifier: MIT
#include "core/stacks/growth.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/model/stack_kind.h"
#include "core/stacks/grouper.h"

namespace rampwatch::stacks {

namespace {

bool same_life(const Dump& a, const Dump& b) { return is_same_process(a.life, b.life); }

const LanguageRuntime* runtime_of(const Dump& dump, std::string_view name) {
    const auto found = std::find_if(dump.runtimes.begin(), dump.runtimes.end(),
                                    [&](const LanguageRuntime& it) { return it.name == name; });
    return found == dump.runtimes.end() ? nullptr : &*found;
}

// Whether both have threads in the frames of the same languages: native ones are never compared with these.
bool same_level(const Dump& now, const Dump& then) {
    const auto within = [](const Dump& a, const Dump& b) {
        return std::all_of(a.runtimes.begin(), a.runtimes.end(), [&](const LanguageRuntime& it) {
            const LanguageRuntime* other = runtime_of(b, it.name);
            return !it.frames || (other != nullptr && other->frames);
        });
    };
    return within(now, then) && within(then, now);
}

// Whether the tasks of all runtimes were looked for, to the end, both times.
bool same_tasks(const Dump& now, const Dump& then) {
    const auto whole = [](const LanguageRuntime* it) {
        return it != nullptr && it->tasks && it->left_out.empty();
    };
    return !now.runtimes.empty() &&
           std::all_of(now.runtimes.begin(), now.runtimes.end(), [&](const LanguageRuntime& it) {
               return whole(&it) && whole(runtime_of(then, it.name));
           });
}

bool comparable(const Dump& now, const Dump& then, StackKind kind) {
    if (kind == StackKind::task) return same_tasks(now, then);
    if (kind == StackKind::goroutine)  // what one of the two sources tells, the other may not
        return now.go && then.go && now.go->source.empty() == then.go->source.empty();
    return now.backend == then.backend && same_level(now, then);
}

// Goroutines are grouped by what they wait for and who created them as well.
std::string key_of(const Group& group) {
    std::string key = identity(group);
    if (!row_of(group.kind).is_task) return key;
    key += '\0' + group.state.value_or("");
    if (group.created_by) key += '\0' + identity({*group.created_by}, group.kind);
    return key;
}

}  // namespace

bool compare(Dump& now, const Dump& baseline) {
    if (!same_life(now, baseline)) return false;
    const bool any = std::any_of(kStackKinds.begin(), kStackKinds.end(), [&](const StackKindRow& row) {
        return comparable(now, baseline, row.kind);
    });
    if (!any) return false;
    std::unordered_map<std::string, std::int64_t> then;
    for (const Group& group : baseline.groups) then[key_of(group)] += group.count;
    for (Group& group : now.groups) {
        if (!comparable(now, baseline, group.kind)) continue;
        const auto before = then.find(key_of(group));
        group.change = group.count - (before == then.end() ? 0 : before->second);
    }
    now.baseline = baseline.wall;
    now.baseline_rss_bytes = baseline.rss_bytes;
    now.baseline_go = baseline.go;
    for (LanguageRuntime& runtime : now.runtimes) {
        const auto before = std::ranges::find(baseline.runtimes, runtime.name, &LanguageRuntime::name);
        if (before != baseline.runtimes.end()) runtime.heap_before = before->heap;
    }
    return true;
}

// Of both only the smallest ids are known where there are many. Ids of goroutines grow, so the smallest of
// then are among the smallest of now, if they are there at all.
void compare_members(Dump& now, const Dump& before) {
    if (!same_life(now, before)) return;
    std::unordered_map<std::string, std::vector<std::int64_t>> then;
    for (const Group& group : before.groups) {
        auto& ids = then[key_of(group)];
        ids.insert(ids.end(), group.ids.begin(), group.ids.end());
    }
    for (Group& group : now.groups) {
        const auto found = then.find(key_of(group));
        if (found == then.end() || found->second.empty() || !comparable(now, before, group.kind)) continue;
        const auto is_here = [&](std::int64_t id) {
            return std::binary_search(group.ids.begin(), group.ids.end(), id);
        };
        const auto here = std::count_if(found->second.begin(), found->second.end(), is_here);
        group.stayed = static_cast<double>(here) / static_cast<double>(found->second.size());
    }
}

}  // namespace rampwatch::stacks
