// SPDX-License-Identifier: MIT
// A dump is made in steps, one after the other, each of which puts its part into it: goroutines, threads,
// memory. A new part is a step of its own, in the list that backend.cpp makes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "core/model/job.h"

namespace rampwatch::dump {

// What is there so far. It is a dump once it has goroutines or threads.
struct DumpInHand {
    Dump dump{};
    bool has_stacks = false;       // goroutines or threads were read
    std::optional<Error> error{};  // why there are no threads: that of the whole where nothing was read
};

class DumpStep {
  public:
    virtual ~DumpStep() = default;

    // Begins, when the steps before it are done; false when there is nothing to do.
    virtual bool start(const DumpInHand& so_far) = 0;
    // As those of a Job.
    [[nodiscard]] virtual int fd() const = 0;
    [[nodiscard]] virtual std::optional<std::chrono::nanoseconds> deadline() const = 0;
    virtual bool turn() = 0;
    // After turn() said true, once. Also of one that is not over, when nobody waits any longer.
    virtual void fill(DumpInHand& dump) = 0;
};

// At least one step. The first begins at once.
std::unique_ptr<Job> in_steps(std::vector<std::unique_ptr<DumpStep>> steps);

}  // namespace rampwatch::dump
