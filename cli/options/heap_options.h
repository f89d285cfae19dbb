// SPDX-License-Identifier: MIT
// Whether, and how much of, a heap is read.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"

namespace rampwatch::cli {

struct Command;

// As typed; read_heap_options() checks.
struct HeapOptions {
    std::string heap = "on";
    std::string sample = "64M";
};

// --heap, --heap-sample. `options` outlives it.
void add_heap_options(Command& command, HeapOptions& options);

// Bytes to be read; 0: the heap is not looked at. Refused: under 1M, over 1G.
Result<std::uint64_t> read_heap_options(const HeapOptions& options);
Result<std::uint64_t> read_heap_sample(const std::string& text);  // --heap-sample alone

}  // namespace rampwatch::cli
