// SPDX-License-Identifier: MIT
#include "core/report/grown_groups.h"

#include <cstdlib>

namespace rampwatch::report {

bool is_few(std::int64_t change) { return std::abs(change) < 5; }

bool is_growth(std::int64_t change, std::int64_t count) {
    return change > 0 && !is_few(change) && change >= count / 20 + (count % 20 != 0 ? 1 : 0);
}

bool has_grown(const Group& group) {
    return !group.runtime_own && group.change && is_growth(*group.change, group.count);
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
