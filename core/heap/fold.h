// SPDX-License-Identifier: MIT
// From totals a type to what a person asks for: what an object brings with it is counted with it. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/heap/estimate.h"
#include "core/model/heap_types.h"
#include "core/runtime/runtime.h"

namespace rampwatch::heap {

struct Row {
    runtime::TypeId type = 0;
    runtime::TypeName name{};
    Totals totals{};
    std::vector<runtime::Edge> edges{};  // of its objects
    bool maybe_dead = false;
    std::string hint{};
};

// The same, as the model has it.
HeapKind kind_of(runtime::TypeKind kind);

// A size of chunk, most of which lead to an object of `type`.
bool is_node_of(const Row& row, runtime::TypeId type);

// A type that grew by n objects takes of what its pointers lead to n times the average, but never more than
// that itself grew by; text, arrays, sizes and buffers only, since a class stands for itself. A size of chunk
// that leads to a class, and is about as many, is a node of it. What is free, what shrank, and what is too
// uncertain (the interval holds 0) is left out. Biggest first; at most kMostHeapTypes.
std::vector<HeapType> fold(std::vector<Row> rows);

}  // namespace rampwatch::heap
