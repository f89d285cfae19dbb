// SPDX-License-Identifier: MIT
// Runs a debugger on a target so that the target is never left stopped, whatever becomes of the debugger or
// of us.
//
// The guard is our own program executed anew with a hidden first word, not a forked child: a fork of a watch
// that has threads may only make async-signal-safe calls, would hold copies of all its descriptors, and be
// named like it. It forks once more and leads a session of its own, so that neither a signal to our process
// group nor the end of whoever started it reaches it. It notices our end by the pipe that nobody reads any
// more.
//
// The helper writes into a file in memory, not into our pipe: gdb holds the target until it has printed all,
// and would wait for us where we are stopped (^Z) or slow. Its end is brought about gently: SIGTERM (gdb lets
// its target go), and SIGKILL two seconds later. Then, if that was no natural end, a target left stopped is
// sent on.
//
// On stdout the guard prints what it read of the target before ("task", "map" lines), then "output" and what
// the helper printed; on stderr what the helper said there and, as the last line, how it ended.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace rampwatch::helper {

inline constexpr std::string_view kGuardWord = "__guard";

struct GuardOrder {
    pid_t pid = 0;
    std::uint64_t start_ticks = 0;
    std::chrono::milliseconds deadline{30'000};  // then the helper is ended
    std::chrono::milliseconds linger{0};         // how long it may go on by itself when nobody reads any more
    std::vector<std::string> helper{};           // argv; empty: nothing is run, a stop is only undone

    friend bool operator==(const GuardOrder&, const GuardOrder&) = default;
};

std::vector<std::string> guard_argv(const std::string& program, const GuardOrder& order);
std::optional<GuardOrder> parse_guard_argv(const std::vector<std::string>& argv);

// How the helper ended, as the guard's last line says it.
struct HelperEnd {
    bool signalled = false;
    int number = 0;          // exit status, or the signal's number
    bool timed_out = false;  // ended by the guard at the deadline
    int continued = 0;       // SIGCONTs that the target needed afterwards
    std::string failure{};   // why nothing was run at all; empty when it was

    friend bool operator==(const HelperEnd&, const HelperEnd&) = default;
};

std::string format_end(const HelperEnd& end);
std::optional<HelperEnd> parse_end(std::string_view line);

// The guard's main(): called first thing by ours when argv[1] is kGuardWord. Its exit status means nothing.
int guard_main(int argc, char** argv);

}  // namespace rampwatch::helper
