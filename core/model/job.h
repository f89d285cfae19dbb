// SPDX-License-Identifier: MIT
// One dump on its way. The seam between the ways of taking stacks: by helper programs, by our own worker.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/model/stack.h"

namespace rampwatch {

// Destroyed early it cleans up behind itself without blocking, and without harm to the target.
class Job {
  public:
    virtual ~Job() = default;

    [[nodiscard]] virtual int fd() const = 0;  // to poll for reading; -1 for none
    // CLOCK_BOOTTIME at which turn() is due even if nothing can be read.
    [[nodiscard]] virtual std::optional<std::chrono::nanoseconds> deadline() const = 0;

    // Reads what is there, without blocking. True once the result is there.
    virtual bool turn() = 0;

    // True when result() already has something worth showing, though not all: for who has no more time.
    [[nodiscard]] virtual bool has_part() const { return false; }

    // After turn() or has_part() said true, once. Its `life`, `reason` and times are set by the caller.
    virtual Result<Dump> result() = 0;
};

// Starts one way; an Error of kind `unavailable` or `not_found` leads to the next way, any other to the end.
using StartJob = std::function<Result<std::unique_ptr<Job>>()>;

}  // namespace rampwatch
