// SPDX-License-Identifier: MIT
// A watch of a service through its restarts, or of a tree of processes.
#pragma once

#include "cli/options/service_options.h"
#include "cli/watch/process_watch.h"

namespace rampwatch::cli {

// The exit status, as of run_watch(); 0 too when the unit has been inactive for `linger`.
int run_service_watch(const ServiceSettings& service, const WatchSettings& settings);

}  // namespace rampwatch::cli
