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

// The same without the head line; of `types` that are not `missing`.
std::string heap_rows(const HeapTypes& types, std::size_t most_types);

// "held by static variable shop::sessions".
std::string held_by_words(const HeapHolder& holder);

// "malloc", or of Python "Python's pools": who holds what is told to be free.
std::string_view free_holder(const HeapTypes& types);

// Most of what the heap grew by is held free by that: fragmentation, not a leak.
bool is_mostly_free(const HeapTypes& types);

// Of `types` with an `unread` language: that; and with the command of its own that says more, as lines.
std::string unread_sentence(const HeapTypes& types);
std::string unread_lines(const HeapTypes& types, std::size_t indent);

// `text` in lines of at most 80 columns, broken at blanks, each behind so many blanks and ended.
std::string wrapped(std::string_view text, std::size_t indent);

// The biggest type: "89,800 × shop::Session of 2,300 B (own 80, owned text 2,160)", and its share of all that
// is told, 0 to 1.
std::string heap_top(const HeapTypes& types);
double heap_share(const HeapTypes& types);

// Both in one line: "83 % is 89,800 × shop::Session of 2,300 B (own 80, owned text 2,160)"; empty
// where nothing is known.
std::string heap_headline(const HeapTypes& types);

}  // namespace rampwatch::report
