// SPDX-License-Identifier: MIT
#include "cli/options/metrics_options.h"

#include "cli/console/command.h"

namespace rampwatch::cli {

void add_metrics_options(Command& command, listen::MetricsOptions& options) {
    command.heading = "Who is told";
    command.add("--textfile FILE", &options.textfile,
                "keep metrics for Prometheus in this file, for node_exporter or rampwatch serve");
    command.add("--listen ADDRESS", &options.listen,
                "serve metrics for Prometheus at this address, as 127.0.0.1:9477");
}

}  // namespace rampwatch::cli
