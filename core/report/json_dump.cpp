// SPDX-License-Identifier: MIT
#include "core/report/json_dump.h"

#include <string>
#include <utility>

#include "core/model/fields.h"
#include "core/report/go_text.h"
#include "core/report/json_object.h"
#include "core/report/json_parts.h"
#include "core/report/memory_text.h"

namespace rampwatch::report {
namespace {

// Tasks are an array of their own: who reads groups knows threads and goroutines.
void split_tasks(Json& dump, const std::vector<Group>& of) {
    Json groups = Json::array(), tasks = Json::array();
    for (std::size_t i = 0; i < of.size(); ++i)
        (of[i].kind == StackKind::task ? tasks : groups).push_back(std::move(dump["groups"][i]));
    dump["groups"] = std::move(groups);
    dump["tasks"] = std::move(tasks);
}

}  // namespace

Json json_of(const Dump& dump) {
    JsonObject visit{{{"schema", "rampwatch.dump/1"}}};
    fields(visit, dump);
    if (dump.life.pid != 0) visit.json["read_by"] = readers_of(dump);
    split_tasks(visit.json, dump.groups);
    if (dump.memory) visit.json["memory"]["hints"] = memory_hints(dump);
    return std::move(visit.json);
}

std::string json_dump(const Dump& dump) { return json_line(json_of(dump)); }

}  // namespace rampwatch::report
