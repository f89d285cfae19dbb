// SPDX-License-Identifier: MIT
// A dump of several processes, as those of a service are.
#pragma once

#include <vector>

#include "core/base/error.h"
#include "core/dump/backend.h"
#include "core/model/target.h"

namespace rampwatch::dump {

// All of `lives`, the main process first; four are read at a time, each as take_dump() reads one. One that
// ended or was refused is listed with its reason. Beyond kMostDumpMembers they are left out, which a warning
// says. An Error, the main process's, when none could be read.
Result<Dump> take_member_dumps(const std::vector<Life>& lives, const Settings& settings);

}  // namespace rampwatch::dump
