// SPDX-License-Identifier: MIT
// Where a watch's metrics go.
#pragma once

#include "core/listen/metrics_keeper.h"

namespace rampwatch::cli {

struct Command;

// --textfile and --listen; `options` outlives the Command.
void add_metrics_options(Command& command, listen::MetricsOptions& options);

}  // namespace rampwatch::cli
