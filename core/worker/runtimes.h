// SPDX-License-Identifier: MIT
// The runtimes that can be read, by their rooms.
#pragma once

#include <span>

#include "core/runtime/runtime.h"

namespace rampwatch::worker {

// The more special ones first: a Python interpreter is a C program too.
std::span<const runtime::Entry> runtimes();

}  // namespace rampwatch::worker
