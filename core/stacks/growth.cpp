// SPDX-License-Identifier: MIT
#include "core/stacks/growth.h"

#include <string>
#include <unordered_map>

#include "core/stacks/grouper.h"

namespace rampwatch::stacks {

bool compare(Dump& now, const Dump& baseline) {
    const Life& a = now.life;
    const Life& b = baseline.life;
    if (now.backend != baseline.backend || a.pid != b.pid || a.start_ticks != b.start_ticks) return false;
    std::unordered_map<std::string, std::int64_t> then;
    for (const Group& group : baseline.groups) then[identity(group.frames, group.kind)] += group.count;
    for (Group& group : now.groups) {
        const auto before = then.find(identity(group.frames, group.kind));
        group.change = group.count - (before == then.end() ? 0 : before->second);
    }
    now.baseline = baseline.wall;
    return true;
}

}  // namespace rampwatch::stacks
