// SPDX-License-Identifier: MIT
// Groups now against groups then: the one that grew with the memory stands out.
#pragma once

#include "core/model/stack.h"

namespace rampwatch::stacks {

// Sets `change` of every group of `now` (a group that was not there had 0) and all that is of its baseline.
// Threads whose stacks were taken in another way name their frames otherwise and cannot be compared; nor can
// goroutines that were not read. When no group can be, or the lives differ, `now` stays as it is and false
// comes back.
bool compare(Dump& now, const Dump& baseline);

// Sets `stayed` of every group that `before`, an earlier dump of the same life, had members in.
void compare_members(Dump& now, const Dump& before);

}  // namespace rampwatch::stacks
