// SPDX-License-Identifier: MIT
// The processes that a service or a tree has just now, for who reads them once.
#pragma once

#include <vector>

#include "cli/options/service_options.h"
#include "core/base/error.h"
#include "core/model/target.h"

namespace rampwatch::cli {

// The main one, or the root, first; then by PID, at most 512, never ourselves. What ended meanwhile has its
// PID alone. Of a unit each has its name. Errors: no such unit or process, a unit that has no processes now,
// no bus.
Result<std::vector<Life>> member_lives(const ServiceSettings& service);

}  // namespace rampwatch::cli
