// SPDX-License-Identifier: MIT
// Perl 5.28 to 5.40 behind the seam of runtimes: where its main thread is.
#pragma once

#include "core/runtime/runtime.h"

namespace rampwatch::perl {

runtime::Entry entry();

}  // namespace rampwatch::perl
