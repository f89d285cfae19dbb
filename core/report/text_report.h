// SPDX-License-Identifier: MIT
// A report as a mail or a terminal shows it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/report/chart.h"
#include "core/report/target_report.h"

namespace rampwatch::report {

struct ReportTextStyle {
    std::size_t width = 80;  // of charts and stacks; sentences are the caller's to break
    Glyphs glyphs = Glyphs::unicode;
};

// An exercise that a mail is to tell.
struct Drill {
    std::string target{};
    std::chrono::nanoseconds wall{};
};

// "rampwatch: DRILL on db1: nginx", for a mail's subject, and below it what was done; empty without any.
std::string text_drills(const std::string& host, const std::vector<Drill>& drills);

// The first line is fit to be a mail's subject, the last is the next command to type; each line ended.
std::string text_report(const Report& report, const ReportTextStyle& style = {});

}  // namespace rampwatch::report
