// SPDX-License-Identifier: MIT
// Why the Judge says what it says: the evidence in decibans, and the gates with their values and thresholds.
#pragma once

#include <string>

#include "core/model/verdict.h"

namespace rampwatch::report {

enum class Detail : bool { brief, all };

// Of each series that has evidence, the leading one first; each line ended. Brief: four groups of reasons
// with their sum, or in a line how many gates were passed and which one holds the claim back. All: every
// reason, and every gate with its value and its threshold.
std::string explain(const Verdict& verdict, Detail detail);

}  // namespace rampwatch::report
