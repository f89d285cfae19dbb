// SPDX-License-Identifier: MIT
// A report as JSON: "rampwatch.report/1", see rampwatch-formats(5).
#pragma once

#include <string>

#include "core/report/target_report.h"

namespace rampwatch::report {

// One object on one line, without its end; what is unknown is null.
std::string json_report(const Report& report);

}  // namespace rampwatch::report
