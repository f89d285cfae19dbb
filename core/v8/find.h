// SPDX-License-Identifier: MIT
// A Node.js in a process: which module has its V8, which versions both are, and what V8 says of itself. By
// what the module exports, which stripped builds do too; nothing is stopped.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "core/runtime/runtime.h"
#include "core/v8/heap_layout.h"
#include "core/v8/layout.h"
#include "core/v8/stack_layout.h"

namespace rampwatch::v8 {

struct Engine {
    Layout layout{};
    HeapLayout heap{};
    StackLayout stack{};
    std::string node{};              // "22.23.5"; hostile; empty: not known
    std::uint64_t module_start = 0;  // of the first mapping of its module, and
    std::string module{};            // that module's path
};

// By mappings and what the program exports alone.
bool recognise(const runtime::Target& target);

// Errors: not_found; unavailable (Deno, Bun, a V8 with compressed pointers as Electron's, one that does not
// describe itself, a version that is not known, another machine than x86-64); bad_input (a check that failed,
// by its name); gone, no_permission.
Result<Engine> find(const runtime::Target& target);

}  // namespace rampwatch::v8
