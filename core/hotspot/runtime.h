// SPDX-License-Identifier: MIT
// HotSpot behind the seam of the runtimes.
#pragma once

#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

runtime::Entry entry();

}  // namespace rampwatch::hotspot
