// SPDX-License-Identifier: MIT
// One frame in words.
#pragma once

#include <cstddef>
#include <string>

#include "core/model/stack.h"

namespace rampwatch::report {

// "shop::Queue<..>::pop", at most `width` characters before escaping; "shop+0x4f21" where only the place in
// the module is known, "?" where nothing is.
std::string frame_name(const Frame& frame, std::size_t width);

// "queue.cpp:35", "libssl.so.3" where there is no source and the frame has a name, else empty. `program` is
// the executable's path: it needs no mention.
std::string frame_place(const Frame& frame, const std::string& program);

}  // namespace rampwatch::report
