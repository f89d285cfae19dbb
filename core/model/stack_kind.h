// SPDX-License-Identifier: MIT
// All that is known of a kind of stack by its name alone, one row each: whoever groups, compares, writes or
// tells stacks asks the row. A new kind is an enumerator in stack.h, a row here, and whoever reads it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/model/stack.h"

namespace rampwatch {

struct StackKindRow {
    StackKind kind = StackKind::thread;
    std::string_view word{};    // in JSON; one of them, in text
    std::string_view plural{};  // in text, and as pprof's type of sample
    std::string_view ids{};     // JSON's name for their ids
    std::string_view id{};      // before an id in text
    bool native = true;         // frames are machine code, told apart by their place in it
    bool is_task = false;       // waits without a thread: what for, and who started it, is part of it
};

// By index_of(StackKind).
inline constexpr std::array<StackKindRow, 3> kStackKinds = {{
    {.kind = StackKind::thread, .word = "thread", .plural = "threads", .ids = "tids", .id = "TID"},
    {.kind = StackKind::goroutine,
     .word = "goroutine",
     .plural = "goroutines",
     .ids = "goids",
     .id = "id",
     .native = false,
     .is_task = true},
    {.kind = StackKind::task,
     .word = "task",
     .plural = "tasks",
     .ids = "task_ids",
     .id = "id",
     .native = false,
     .is_task = true},
}};

constexpr std::size_t index_of(StackKind kind) { return static_cast<std::size_t>(kind); }
constexpr bool exists(StackKind kind) { return index_of(kind) < kStackKinds.size(); }
constexpr const StackKindRow& row_of(StackKind kind) {
    return kStackKinds[exists(kind) ? index_of(kind) : 0];
}

constexpr bool kinds_are_in_order() {
    for (std::size_t i = 0; i < kStackKinds.size(); ++i)
        if (index_of(kStackKinds[i].kind) != i) return false;
    return true;
}
static_assert(kinds_are_in_order(), "one row for each StackKind, in their order");

// "1 thread", "2 threads": the noun alone.
constexpr std::string_view noun(StackKind kind, std::int64_t count) {
    return count == 1 ? row_of(kind).word : row_of(kind).plural;
}

}  // namespace rampwatch
