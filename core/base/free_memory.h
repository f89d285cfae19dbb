// SPDX-License-Identifier: MIT
// How much memory our own malloc holds free. Nothing is changed where the C library cannot.
#pragma once

namespace rampwatch {

// For a process that runs for weeks: from now on big buffers are mapped, and unmapped when they are freed. By
// itself glibc's malloc learns from each that is freed to keep twice as much at the end of its heap, so that
// a watch rises by a step with each dump or state that is bigger than those before.
void keep_little_free_memory();

}  // namespace rampwatch
