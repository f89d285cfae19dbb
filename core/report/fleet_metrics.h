// SPDX-License-Identifier: MIT
// What one run over a fleet found, as metrics for node_exporter's textfile collector.
#pragma once

#include <string>

#include "core/report/fleet_table.h"

namespace rampwatch::report {

inline constexpr std::size_t kMostFleetSeries = 200;  // leaks that get series of their own, most urgent first

// In format 0.0.4: how many targets there are, leak, were not judged; up to when they were looked at; and of
// each leak its growth and the time to its limit. `complete`: all of them were judged.
std::string fleet_metrics(const FleetTable& table, const FleetFrame& frame, bool complete);

}  // namespace rampwatch::report
