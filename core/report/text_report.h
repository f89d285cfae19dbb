// SPDX-License-Identifier: MIT
// A report as a mail or a terminal shows it.
#pragma once

#include <string>

#include "core/report/chart.h"
#include "core/report/target_report.h"

namespace rampwatch::report {

struct ReportTextStyle {
    std::size_t width = 80;  // of charts and stacks; sentences are the caller's to break
    Glyphs glyphs = Glyphs::unicode;
};

// The first line is fit to be a mail's subject, the last is the next command to type; each line ended.
std::string text_report(const Report& report, const ReportTextStyle& style = {});

}  // namespace rampwatch::report
