// SPDX-License-Identifier: MIT
// What a language's runtime says of a heap of its own, in words, and RSS divided by it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::report {

// "heap of G1: 97.7 MiB in use, 83.0 MiB of it old, 316 MiB committed, at most 512 MiB; 6 collections"; or
// why that is not known. Empty where there is no such heap.
std::string runtime_heap_text(const LanguageRuntime& runtime);

// Biggest first: "98.2 MiB heap in use". Empty where too little is known.
std::vector<std::string> runtime_memory_parts(const LanguageRuntime& runtime, std::int64_t rss_bytes);

// All of it, and what of it grew since the dump before.
std::vector<std::string> runtime_heap_lines(const Dump& dump, const LanguageRuntime& runtime);

// RSS by what Go and other languages say of their heaps, and what of it grew.
std::vector<std::string> heap_figure_lines(const Dump& dump);

}  // namespace rampwatch::report
