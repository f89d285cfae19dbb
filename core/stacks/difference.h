// SPDX-License-Identifier: MIT
// Two dumps by group: what there is more of, and less.
#pragma once

#include "core/model/stack.h"

namespace rampwatch::stacks {

// `now` with `change` set in every group, the groups whose count is the same left out, and those of `before`
// that are there no more put in with a count of 0. Largest change first. `memory` is
// compared where both have it. Any two dumps can be compared; that
// another way of reading names frames otherwise is for the caller to say.
Dump difference(const Dump& before, const Dump& now);

}  // namespace rampwatch::stacks
