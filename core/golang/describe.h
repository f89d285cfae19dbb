// SPDX-License-Identifier: MIT
// Goroutines in words: names, lines and states as the runtime's own dump gives them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/golang/goroutines.h"
#include "core/golang/runtime.h"
#include "core/model/stack.h"

namespace rampwatch::golang {

// The two clocks of a read: `now` is what Goroutines::read() was given, `target_now` CLOCK_MONOTONIC.
struct Moment {
    std::chrono::nanoseconds now{};
    std::chrono::nanoseconds target_now{};
};

// Calls at `pcs` (innermost first, as Alike has them) with the inlined ones between them. The runtime's own
// are left out as its dump leaves them out, unless nothing would be left.
std::vector<Frame> frames_of(const Runtime& runtime, std::span<const std::uint64_t> pcs);

// The same of a profile that the program keeps itself: what is inlined has a pc of its own there.
std::vector<Frame> frames_of_profile(const Runtime& runtime, std::span<const std::uint64_t> pcs);

// "chan send", "running", "syscall", "C call": the wait reason is read from the target's own table.
std::string state_of(const Runtime& runtime, const GoroutineGroup& alike);

// Groups with equal frames, state and creator become one; biggest first, the runtime's own last. Own frames
// are marked by the caller.
std::vector<Group> describe(const Runtime& runtime, const std::vector<GoroutineGroup>& alike,
                            const Moment& moment);

}  // namespace rampwatch::golang
