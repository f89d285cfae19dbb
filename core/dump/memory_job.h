// SPDX-License-Identifier: MIT
// What the target's memory is made of, beside its stacks.
#pragma once

#include <chrono>
#include <memory>

#include "core/dump/job.h"
#include "core/dump/worker.h"

namespace rampwatch::dump {

// The dump of `stacks` with `memory`, which is read after it, in `budget`. Where it cannot be read, the dump
// has a warning.
std::unique_ptr<Job> with_memory(std::shared_ptr<Worker> worker, std::unique_ptr<Job> stacks,
                                 std::chrono::nanoseconds budget);

}  // namespace rampwatch::dump
