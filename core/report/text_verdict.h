// SPDX-License-Identifier: MIT
// A verdict as a person reads it at 3 a.m.
//
// "leak" is said of the confirmed claim alone; below it the words are "steady growth", with the likely cause
// beside them.
#pragma once

#include <string>
#include <vector>

#include "core/model/verdict.h"
#include "core/report/verdict_context.h"

namespace rampwatch::report {

// What the process is said to do, in one line without its name: for a status line and the head of everything
// else. While it is early: "8 min: +41.0 MiB/h, 12 of 12 windows up; too short to exclude warm-up (that takes
// 9 h;
// --patience)".
std::string status_line(const Verdict& verdict);

// A verdict without layout: what is the matter, and what is known of it, each under its label.
struct VerdictRow {
    std::string label{};  // "how fast"
    std::string text{};   // "+4.40 MiB/h, between +4.38 MiB/h and +4.42 MiB/h (95 %)"
};
std::string verdict_title(const Verdict& verdict, const VerdictContext& context = {});
std::vector<VerdictRow> verdict_rows(const Verdict& verdict, const VerdictContext& context = {});

// The same as lines. Of growth, suspected or confirmed, exactly five lines: what grows and by how much; how
// fast, with its interval; since when; how straight; which limit it meets when, and what a restart buys. Of
// anything else one line, or two.
std::vector<std::string> headline(const Verdict& verdict, const VerdictContext& context = {});

// What belongs beside the headline: the trends of the other series, the likely cause of growth, and what this
// time of watching cannot exclude.
std::vector<std::string> beside(const Verdict& verdict, const VerdictContext& context = {});

// headline() and beside(), each line ended.
std::string text_verdict(const Verdict& verdict, const VerdictContext& context = {});

}  // namespace rampwatch::report
