// SPDX-License-Identifier: MIT
// Which groups of a dump have grown since the baseline by more than chance.
#pragma once

#include <cstdint>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::report {

// So few that come or go are chance.
bool is_few(std::int64_t change);

// By more than a few, and a twentieth of the `count` that there are now.
bool is_growth(std::int64_t change, std::int64_t count);

// The same of a group; the runtime's own never.
bool has_grown(const Group& group);

// The one that grew most and has frames; null where none has grown, or the dump is compared with nothing.
const Group* most_grown(const Dump& dump);

// How many stacks of this kind there are more than at the baseline, over all groups: a stack that moved from
// one group to another is no growth. 0 where the dump is compared with nothing.
std::int64_t change_of(const Dump& dump, StackKind kind);

}  // namespace rampwatch::report
