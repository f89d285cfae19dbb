// SPDX-License-Identifier: MIT
#include "core/stacks/difference.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <unordered_map>

#include "core/stacks/grouper.h"
#include "core/stacks/memory_change.h"

namespace rampwatch::stacks {

Dump difference(const Dump& before, const Dump& now) {
    Dump result = now;
    result.groups.clear();
    result.baseline = before.wall;
    if (result.memory && before.memory)
        compare_memory(*result.memory, *before.memory, before.wall);
    else
        result.memory.reset();
    std::unordered_map<std::string, Group> groups;  // the newer's, else the older's with a count of 0
    std::unordered_map<std::string, std::int64_t> then;
    for (const Group& group : now.groups) {
        const auto [at, fresh] = groups.try_emplace(identity(group), group);
        if (!fresh) at->second.count += group.count;
    }
    for (const Group& group : before.groups) {
        const std::string key = identity(group);
        then[key] += group.count;
        const auto [at, fresh] = groups.try_emplace(key, group);
        if (fresh) at->second.count = 0;
    }
    for (auto& [key, group] : groups) {
        const auto was = then.find(key);
        group.change = group.count - (was == then.end() ? 0 : was->second);
        if (*group.change != 0) result.groups.push_back(std::move(group));
    }
    std::sort(result.groups.begin(), result.groups.end(), [](const Group& a, const Group& b) {
        if (std::abs(*a.change) != std::abs(*b.change)) return std::abs(*a.change) > std::abs(*b.change);
        return a.ids < b.ids;
    });
    return result;
}

}  // namespace rampwatch::stacks
