// SPDX-License-Identifier: MIT
// Node.js behind the seam of runtimes: the calls of its async functions and generators that are
// suspended, and its heap by constructor.
#pragma once

#include "core/runtime/runtime.h"

namespace rampwatch::v8 {

runtime::Entry entry();

}  // namespace rampwatch::v8
