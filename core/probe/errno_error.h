// SPDX-License-Identifier: MIT
// What errno means for a file of a process below /proc.
#pragma once

#include <string>

#include "core/base/error.h"

namespace rampwatch::probe {

[[nodiscard]] Error errno_error(int number, const std::string& where);

}  // namespace rampwatch::probe
