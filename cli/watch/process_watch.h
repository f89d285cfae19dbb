// SPDX-License-Identifier: MIT
// A watch from the first look to the exit status.
#pragma once

#include "cli/options/target_options.h"
#include "cli/watch/watch_settings.h"

namespace rampwatch::cli {

// The exit status: 0 no leak seen, 1 a leak was said, 2 trouble; with a command the command's own, or
// `leak_status` where a leak was said.
int run_watch(const TargetOptions& target, const WatchSettings& settings);

}  // namespace rampwatch::cli
