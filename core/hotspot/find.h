// SPDX-License-Identifier: MIT
// A HotSpot in a process: which module has it, which version it is, and whether what its tables say fits.
// By what libjvm exports, which stripped builds do too; nothing is stopped.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "core/hotspot/heap_layout.h"
#include "core/hotspot/layout.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

struct Machine {
    Layout layout{};
    HeapLayout heap{};
    std::uint64_t module_start = 0;  // of the first mapping of libjvm, and
    std::string module{};            // its path
};

// libjvm is mapped, or another make's library, or the program was compiled ahead of time.
bool recognise(const runtime::Target& target);

// "17.0.15" of "17.0.15+6-Debian-1deb12u1".
std::string version_of(const std::string& release);

// Errors: not_found; unavailable (OpenJ9, a GraalVM native image, a version that is not known, another
// machine than x86-64); bad_input names the check that failed, as it does while the program begins; gone,
// no_permission.
Result<Machine> find(const runtime::Target& target);

}  // namespace rampwatch::hotspot
