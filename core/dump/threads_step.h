// SPDX-License-Identifier: MIT
// The threads of any program, as a step of a dump: one way after the other, until one has a result.
#pragma once

#include <memory>
#include <vector>

#include "core/dump/step.h"

namespace rampwatch::dump {

struct ThreadReaders {
    std::vector<StartJob> list{};  // in the order in which they are tried
    // Of addresses alone: tried where names took too long; empty for none.
    StartJob quick{};
};

// What was tried in vain is told: in the dump, as a warning, or in the Error.
std::unique_ptr<DumpStep> threads_step(ThreadReaders ways);

}  // namespace rampwatch::dump
