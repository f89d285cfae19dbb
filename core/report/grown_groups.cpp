// SPDX-License-Identifier: MIT
#include "core/report/grown_groups.h"

namespace rampwatch::report {

bool has_grown(const Group& group) {
    constexpr std::int64_t kFew = 5;
    return !group.runtime_own && group.change && *group.change >= kFew && *group.change * 20 >= group.count;
}

const Group* most_grown(const Dump& dump) {
    const Group* most = nullptr;
    for (const Group& group : dump.groups) {
        if (!has_grown(group) || group.frames.empty() || change_of(dump, group.kind) < *group.change / 2)
            continue;
        if (most == nullptr || *group.change > *most->change) most = &group;
    }
    return most;
}

std::int64_t change_of(const Dump& dump, StackKind kind) {
    std::int64_t sum = 0;
    for (const Group& group : dump.groups) sum += group.kind == kind ? group.change.value_or(0) : 0;
    return sum;
}

}  // namespace rampwatch::report
