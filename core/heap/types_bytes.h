// SPDX-License-Identifier: MIT
// What was read, through the pipe from the child that read it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/model/heap_types.h"

namespace rampwatch::heap {

std::vector<std::byte> types_to_bytes(const HeapTypes& types);

// bad_input: damaged. Whatever comes out is within the bounds that a report relies on: finite numbers, at
// most kMostHeapTypes types.
Result<HeapTypes> types_of_bytes(std::span<const std::byte> bytes);

}  // namespace rampwatch::heap
