// SPDX-License-Identifier: MIT
// Charts as inline SVG: no script, no network; colours by classes that the page defines.
#pragma once

#include <string>
#include <string_view>

#include "core/report/target_report.h"

namespace rampwatch::report {

// Memory with the fitted line, its way on to the limit, onset, dump and restarts. Empty for less than two
// points.
std::string svg_memory(const TargetReport& target);

// A count, small. Empty for less than two points, and for what was level all the time.
std::string svg_small(Series series, const std::vector<ChartPoint>& points);

// For text and attributes: & < > " ' as entities, control characters as escape() has them.
std::string html_escape(std::string_view text);

}  // namespace rampwatch::report
