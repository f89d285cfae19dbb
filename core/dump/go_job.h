// SPDX-License-Identifier: MIT
// A dump of a Go program holds its goroutines and its threads; of any other, its threads.
#pragma once

#include <memory>

#include "core/dump/job.h"
#include "core/dump/worker.h"

namespace rampwatch::dump {

// First the goroutines, by a worker that stops nothing; then what `threads` starts. A program that is no Go
// program costs the few milliseconds that it takes to know. Where only one of the two succeeds the other's
// failure is a warning.
std::unique_ptr<Job> with_goroutines(std::shared_ptr<Worker> worker, StartJob threads);

}  // namespace rampwatch::dump
