// SPDX-License-Identifier: MIT
#include "core/stacks/memory_change.h"

#include <map>
#include <string>
#include <utility>

namespace rampwatch::stacks {
void compare_memory(MemoryParts& now, const MemoryParts& then, std::chrono::nanoseconds then_wall) {
    now.since = then_wall;
    now.before = then.total;
    if (!now.missing.empty() || !then.missing.empty()) return;
    std::map<std::pair<MemoryKind, std::string>, const MemoryPart*> before;
    for (const MemoryPart& part : then.parts) before[{part.kind, part.name}] = &part;
    for (MemoryPart& part : now.parts) {
        const auto found = before.find({part.kind, part.name});
        part.change_bytes =
            held_bytes(part.figures) - (found == before.end() ? 0 : held_bytes(found->second->figures));
        part.change_mappings = part.mappings - (found == before.end() ? 0 : found->second->mappings);
        if (found != before.end()) before.erase(found);
    }
    for (const auto& [key, part] : before) {
        if (now.parts.size() >= 2 * kMostMemoryParts) break;
        MemoryPart gone;
        gone.kind = part->kind;
        gone.name = part->name;
        gone.change_bytes = -held_bytes(part->figures);
        gone.change_mappings = -part->mappings;
        now.parts.push_back(std::move(gone));
    }
}

}  // namespace rampwatch::stacks
