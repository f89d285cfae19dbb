// SPDX-License-Identifier: MIT
// Groups now against groups then: the one that grew with the memory stands out.
#pragma once

#include "core/model/stack.h"

namespace rampwatch::stacks {

// Sets `change` of every group of `now` (a group that was not there had 0) and its `baseline`. Stacks that
// were taken in another way name their frames otherwise and cannot be compared: when the backends differ, or
// the lives do, `now` stays as it is and false comes back.
bool compare(Dump& now, const Dump& baseline);

}  // namespace rampwatch::stacks
