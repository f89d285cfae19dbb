// SPDX-License-Identifier: MIT
#include "core/stacks/growth.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "core/model/stack_kind.h"
#include "core/stacks/grouper.h"

namespace rampwatch::stacks {

namespace {

bool same_life(const Dump& a, const Dump& b) { return is_same_process(a.life, b.life); }

bool comparable(const Dump& now, const Dump& then, StackKind kind) {
    if (row_of(kind).is_task)  // what one of the two sources tells, the other may not
        return now.go && then.go && now.go->source.empty() == then.go->source.empty();
    return now.backend == then.backend;
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
