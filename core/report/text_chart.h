// SPDX-License-Identifier: MIT
// The memory of a target over time, in characters.
#pragma once

#include <cstddef>
#include <string>

#include "core/report/chart.h"
#include "core/report/target_report.h"

namespace rampwatch::report {

// With its scale, its times, and a legend of the marks in it: the onset, the newest dump, restarts; where
// there is growth the fitted line, its forecast for a quarter of the time shown, and the limit if that is
// near. Each line ended. Empty for less than two points, and for memory that moved by less than 1 %.
std::string text_chart(const TargetReport& target, std::size_t width, Glyphs glyphs);

// The line that was fitted to the growth, on the verdict's clock: of the slope that was found, laid along the
// feet of what was measured since the onset, a tenth of it below. Empty where there is none.
struct FittedLine {
    double from_s = 0;  // the onset
    double at_from = 0;
    double slope_per_s = 0;
};
std::optional<FittedLine> fitted_memory(const TargetReport& target);

}  // namespace rampwatch::report
