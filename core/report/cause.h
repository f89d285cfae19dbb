// SPDX-License-Identifier: MIT
// What growth may come from, as far as numbers alone can tell.
#pragma once

#include <string>

#include "core/model/verdict.h"
#include "core/report/verdict_context.h"

namespace rampwatch::report {

// In one phrase. Counts that grow with memory are evidence of cause; anonymous growth beside flat counts may
// be an allocator that keeps what was freed; growth of file pages is no leak; growth of shared memory may be
// a pool that is touched for the first time. Empty where there is nothing to say.
std::string likely_cause(const Verdict& verdict, const VerdictContext& context);

}  // namespace rampwatch::report
