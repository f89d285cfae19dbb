// SPDX-License-Identifier: MIT
// Registers of threads that run: PTRACE_SEIZE and INTERRUPT, never ATTACH and never a signal, so that nothing
// is left behind when we die at any moment: a tracer's death lets its tracees run on.
//
// A thread that does not stop in time cannot be let go by PTRACE_DETACH; the end of the tracing thread does
// it. So all of this happens in threads of our own that end then, and no wait is without a deadline.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/native/registers.h"

namespace rampwatch::native {

struct Seized {
    enum class Outcome {
        read,
        budget,       // not tried: the stops so far used up what was allowed
        not_stopped,  // not within its deadline: it waits for a CPU, or in state D; it was never held
        refused,      // traced by another, or no right
        gone,
        foreign,  // not a 64-bit x86 thread
    };
    pid_t tid = 0;
    Outcome outcome = Outcome::budget;
    Registers registers{};
    StackCopy stack{};
    // To its release, from the last look at which it had not stopped: what waited for a CPU was not held.
    std::chrono::nanoseconds held{};
};

struct SeizeLimits {
    std::chrono::nanoseconds budget = std::chrono::milliseconds(20);  // of all holds together
    std::chrono::nanoseconds per_thread =
        std::chrono::milliseconds(50);  // until it stopped: it may wait for a CPU
    std::chrono::nanoseconds patience = std::chrono::milliseconds(300);  // of all waits together, held or not
    std::size_t stack_bytes = 64 << 10;
    // Called for each thread that was read, by the tracing thread, before it is let go: microseconds count.
    std::function<void(const Seized&)> while_stopped{};
};

// One after the other, each let go before the next is asked. In the order of `tids`.
std::vector<Seized> seize_each(std::span<const pid_t> tids, const SeizeLimits& limits);

// All at once; `while_held` runs when all are read, and may name more threads to hold (those that moved since
// they were read); it is given what remains of the budget. Their `held` is the whole window. When the budget
// is used up, all are let go.
std::vector<Seized> seize_together(
    std::span<const pid_t> tids, const SeizeLimits& limits,
    const std::function<std::vector<pid_t>(std::chrono::nanoseconds left)>& while_held);

}  // namespace rampwatch::native
