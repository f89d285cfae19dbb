// SPDX-License-Identifier: MIT
// A dump read back from its JSON, "rampwatch.dump/1", and a heap, "rampwatch.heap/1".
#pragma once

#include <string_view>

#include "core/base/error.h"
#include "core/model/stack.h"

namespace rampwatch::store {

// The text may come from anywhere: what is not as rampwatch-formats(5) has it is refused (bad_input, `where`
// left empty), unknown members are passed over, and a Dump is no bigger than its text made it.
Result<Dump> read_dump(std::string_view text);

// The same of a heap.
Result<HeapTypes> read_heap(std::string_view text);

}  // namespace rampwatch::store
