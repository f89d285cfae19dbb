// SPDX-License-Identifier: MIT
// Why the Judge says what it says: every gate with its value and its threshold.
#pragma once

#include <string>

#include "core/model/verdict.h"

namespace rampwatch::report {

// A table a series that has evidence, the leading one first; each line ended. The gate that holds a claim
// back is marked.
std::string explain(const Verdict& verdict);

}  // namespace rampwatch::report
