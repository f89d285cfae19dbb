// SPDX-License-Identifier: MIT
// CPython 3.6 to 3.13 behind the seam of runtimes: threads, parked coroutines.
#pragma once

#include "core/runtime/runtime.h"

namespace rampwatch::cpython {

runtime::Entry entry();

}  // namespace rampwatch::cpython
