// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/model/heap_types.h"

namespace rampwatch::report {

// What a heap is made of, or what of it grew, for people: a head line, a line or two a type, biggest first,
// and what is left out. `name`: whose, as "PID 4711 (shopd)"; escaped before. Lines of at most 80 columns.
std::string heap_text(const HeapTypes& types, std::string_view name, std::size_t most_types = 8);

// The biggest in one line: "83 % is 89,800 × shop::Session of 2,300 B (own 80, owned text 2,160)"; empty
// where nothing is known.
std::string heap_headline(const HeapTypes& types);

}  // namespace rampwatch::report
