// SPDX-License-Identifier: MIT
// A thread's native frames and those of a language as one stack: each turn of the interpreter's loop is
// replaced by the calls that it runs, and the interpreter's own machinery left out. What the language called
// (a read in libssl), and what called it (an embedder), stays. Pure.
#pragma once

#include <vector>

#include "core/model/stack.h"
#include "core/runtime/runtime.h"

namespace rampwatch::native {

// Innermost first, both. From the first frame that is code of the language itself on nothing native counts:
// its frames are those of `language`. Where there are more calls of the language than turns of the loop (a
// native stack that could not be unwound to its end), the rest follows the last.
std::vector<Frame> merge_frames(const std::vector<Frame>& native,
                                const std::vector<runtime::PlacedFrame>& language, runtime::Runtime& runtime);

}  // namespace rampwatch::native
