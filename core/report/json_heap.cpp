// SPDX-License-Identifier: MIT
#include "core/report/json_heap.h"

#include <utility>

#include "core/report/json_object.h"
#include "core/report/json_parts.h"

namespace rampwatch::report {

Json json_of(const HeapTypes& types, const Life& life) {
    JsonObject visit{{{"schema", "rampwatch.heap/1"},
                      {"pid", life.pid},
                      {"start_ticks", life.start_ticks},
                      {"boot_id", life.boot_id},
                      {"comm", life.comm}}};
    fields(visit, types);
    return std::move(visit.json);
}

std::string json_heap(const HeapTypes& types, const Life& life) { return json_line(json_of(types, life)); }

}  // namespace rampwatch::report
