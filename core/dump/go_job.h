// SPDX-License-Identifier: MIT
// A dump of a Go program holds its goroutines and its threads; of any other, its threads.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/dump/job.h"
#include "core/dump/worker.h"

namespace rampwatch::dump {

struct PprofSettings {
    std::string place{};  // as go_profile.h's pprof_place() has it; empty: read from memory
    std::chrono::nanoseconds timeout = std::chrono::seconds(10);
};

// First the goroutines, by a worker that stops nothing; then what `threads` starts. A program that is no Go
// program costs the few milliseconds that it takes to know. Where only one of the two succeeds the other's
// failure is a warning. `pprof`: the goroutines as the program itself profiles them.
std::unique_ptr<Job> with_goroutines(std::shared_ptr<Worker> worker, StartJob threads,
                                     const PprofSettings& pprof = {});

}  // namespace rampwatch::dump
