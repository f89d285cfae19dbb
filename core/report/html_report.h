// SPDX-License-Identifier: MIT
// A report as one file of HTML: no script, nothing from the network, light and dark, on a phone and on paper.
#pragma once

#include <string>
#include <vector>

#include "core/report/target_report.h"

namespace rampwatch::report {

// Every value from a target is escaped.
std::string html_report(const Report& report);

// Many targets that have no history here, in the order given, under a heading and a few lines of text.
std::string html_fleet(const std::string& heading, const std::vector<std::string>& lines,
                       const std::vector<TargetReport>& targets);

}  // namespace rampwatch::report
