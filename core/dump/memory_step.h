// SPDX-License-Identifier: MIT
// What the target's memory is made of, as a step of a dump.
#pragma once

#include <chrono>
#include <memory>

#include "core/dump/step.h"
#include "core/worker/worker.h"

namespace rampwatch::dump {

// Reads it in `budget`, once stacks were read. Where it cannot be read, the dump has a warning.
std::unique_ptr<DumpStep> memory_step(std::shared_ptr<worker::Worker> worker,
                                      std::chrono::nanoseconds budget);

}  // namespace rampwatch::dump
