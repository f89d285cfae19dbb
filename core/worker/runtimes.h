// SPDX-License-Identifier: MIT
// The runtimes that can be read, by their rooms: the one list of them. Go's is not in it: what it keeps is
// read by orders of its own.
#pragma once

#include <span>
#include <string_view>

#include "core/runtime/runtime.h"

namespace rampwatch::worker {

// The more special ones first: a Python interpreter is a C program too.
std::span<const runtime::Entry> runtimes();

// A language whose own heap lies beside that of malloc, and is not read yet.
struct UnreadLanguage {
    const char* file = "";  // part of the path of a file that it maps
    const char* name = "";  // "Java"
    const char* next = "";  // the command of its own that says more, with {pid}
};

// By the files that are mapped; null where there is none.
const UnreadLanguage* unread_language(const probe::Maps& maps);

}  // namespace rampwatch::worker
