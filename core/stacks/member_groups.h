// SPDX-License-Identifier: MIT
// The dumps of several processes as one: the same stacks counted together, whosever they are. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/error.h"
#include "core/model/stack.h"

namespace rampwatch::stacks {

struct MemberReading {
    Life life{};
    Result<Dump> dump{Dump{}};  // an Error: it ended, or was refused
};

// `readings` holds the main process first, and at most kMostDumpMembers. Its
// life is the whole's. Biggest groups first, whose members say whose they are; groups of which it is not
// known what is in them stay apart. What only one process can have (the parts of its memory, its own Go heap)
// is left out. Times and reason are the caller's.
Dump merged(std::vector<MemberReading> readings);

}  // namespace rampwatch::stacks
