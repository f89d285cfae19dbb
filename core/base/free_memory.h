// SPDX-License-Identifier: MIT
// What our own malloc holds free, back to the kernel.
#pragma once

namespace rampwatch {

// After work that took much more than is kept: pages in the middle of the heap stay ours otherwise, and a
// watch that takes dumps for weeks rises with the way in which they happened to lie. Nothing where the C
// library cannot.
void give_back_free_memory();

}  // namespace rampwatch
