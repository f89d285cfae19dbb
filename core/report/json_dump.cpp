// SPDX-License-Identifier: MIT
#include "core/report/json_dump.h"

#include <string>
#include <utility>

#include "core/model/fields.h"
#include "core/model/words.h"
#include "core/report/go_text.h"
#include "core/report/json_object.h"
#include "core/report/json_parts.h"
#include "core/report/memory_text.h"

namespace rampwatch::report {
namespace {

// Tasks are an array of their own: who reads groups knows threads and goroutines.
void split_tasks(Json& dump) {
    Json groups = Json::array(), tasks = Json::array();
    for (Json& group : dump["groups"])
        (group["kind"] == word(StackKind::task) ? tasks : groups).push_back(std::move(group));
    dump["groups"] = std::move(groups);
    dump["tasks"] = std::move(tasks);
}

}  // namespace

Json json_of(const Dump& dump) {
    JsonObject visit{{{"schema", "rampwatch.dump/1"}}};
    fields(visit, dump);
    if (dump.life.pid != 0) visit.json["read_by"] = readers_of(dump);
    split_tasks(visit.json);
    if (dump.memory) visit.json["memory"]["hints"] = memory_hints(dump);
    return std::move(visit.json);
}

std::string json_dump(const Dump& dump) { return json_line(json_of(dump)); }

}  // namespace rampwatch::report
