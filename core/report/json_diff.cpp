// SPDX-License-Identifier: MIT
#include "core/report/json_diff.h"

#include <utility>

#include "core/report/json_parts.h"

namespace rampwatch::report {
namespace {

// What is said of each of the two: everything but its groups.
Json head_of(const Dump& dump) {
    Json json = json_of(dump);
    for (const char* part : {"schema", "groups", "tasks", "go", "stops", "stop_time_us", "took_s", "reason",
                             "baseline", "explains_growth", "memory"})
        json.erase(part);
    return json;
}

}  // namespace

std::string json_diff(const Dump& before, const Dump& now, const Dump& difference) {
    Json whole = json_of(difference);
    Json groups = std::move(whole["groups"]), tasks = std::move(whole["tasks"]);
    std::size_t next_group = 0, next_task = 0;
    for (const Group& group : difference.groups) {
        Json& json = group.kind == StackKind::task ? tasks[next_task++] : groups[next_group++];
        json["count_before"] = group.count - group.change.value_or(0);
    }
    return json_line({{"schema", "rampwatch.diff/1"},
                      {"same_process", is_same_process(before.life, now.life)},
                      {"old", head_of(before)},
                      {"new", head_of(now)},
                      {"memory", std::move(whole["memory"])},
                      {"groups", std::move(groups)},
                      {"tasks", std::move(tasks)}});
}

}  // namespace rampwatch::report
