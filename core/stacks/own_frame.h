// SPDX-License-Identifier: MIT
// Which frames are the user's own code and which are machinery: libc, pthread, libstdc++, ld.so, the vdso,
// Go's and Rust's runtimes. A thread waits in a futex; what matters is who called.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::stacks {

// By the module's path, the source file's path and the function's name; unknown everything is not a library.
bool is_library(const Frame& frame);

// Sets `library` of each frame and says which is the first of the user's own: the first of a language that is
// no library; else the first that is no library and is not in a shared library of the system; else the first
// that is no library; else 0.
std::size_t mark_own(std::span<Frame> frames);

}  // namespace rampwatch::stacks
