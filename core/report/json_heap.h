// SPDX-License-Identifier: MIT
// A heap as JSON: "rampwatch.heap/1", see rampwatch-formats(5).
#pragma once

#include <string>

#include "core/model/heap_types.h"
#include "core/model/target.h"

namespace rampwatch::report {

// One object on one line, without its end.
std::string json_heap(const HeapTypes& types, const Life& life);

}  // namespace rampwatch::report
