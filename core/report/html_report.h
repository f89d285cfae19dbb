// SPDX-License-Identifier: MIT
// A report as one file of HTML: no script, nothing from the network, light and dark, on a phone and on paper.
#pragma once

#include <string>

#include "core/report/target_report.h"

namespace rampwatch::report {

// Every value from a target is escaped.
std::string html_report(const Report& report);

}  // namespace rampwatch::report
