// SPDX-License-Identifier: MIT
// The goroutines of a Go program, as a step of a dump.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/dump/step.h"
#include "core/worker/worker.h"

namespace rampwatch::dump {

struct PprofSettings {
    std::string place{};  // as go_profile.h's pprof_place() has it; empty: read from memory
    std::chrono::nanoseconds timeout = std::chrono::seconds(10);
};

// By a worker that stops nothing; a program that is no Go program costs the few milliseconds that it takes to
// know. Where they cannot be read that is a warning. `pprof`: as the program itself profiles them.
std::unique_ptr<DumpStep> goroutines_step(std::shared_ptr<worker::Worker> worker, PprofSettings pprof = {});

}  // namespace rampwatch::dump
