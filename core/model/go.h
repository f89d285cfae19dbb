// SPDX-License-Identifier: MIT
// What is known of a Go program, read from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rampwatch {

// Of the garbage-collected heap, in bytes.
struct GoHeap {
    std::int64_t marked = 0;  // that the last collection found reachable: the heap without its sawtooth
    std::int64_t live = 0;    // marked, and what was allocated since: garbage or new
    std::int64_t in_use = 0;  // in spans with objects
    std::int64_t free = 0;    // held from the kernel, ready for reuse
    std::int64_t released = 0;
    std::int64_t mapped_ready = 0;            // all that the runtime holds from the kernel
    std::optional<std::int64_t> next_goal{};  // empty with GOGC=off

    friend bool operator==(const GoHeap&, const GoHeap&) = default;
};

struct GoProgram {
    std::string version{};  // "go1.24.4"; hostile: escape before printing
    std::string module{};   // path of the main module; empty when not recorded
    bool guessed = false;   // a version newer than any that is known: its layout passed every check
    bool frames = true;     // false for Go 1.17 and older: states alone

    std::string source{};  // where its own profile was asked for; empty: read from its memory

    std::int64_t goroutines = 0;  // as runtime.NumGoroutine() counts them
    std::int64_t system = 0;      // the runtime's own, beside those
    std::int64_t running = 0;     // of them, without frames
    std::int64_t moving = 0;      // changed while they were read: without frames
    std::int64_t partial = 0;     // whose stack ended before its root
    std::int64_t unread = 0;      // records that were not believable
    std::int64_t ungrouped = 0;   // beyond what is kept
    std::int64_t kept = 0;        // not run since the read before: not read again
    std::int64_t aged = 0;        // not run for as long as was asked, by our own sightings
    std::int64_t stack_bytes = 0;
    std::optional<std::int64_t>
        leaked{};  // that can never go on, by the runtime's own word; empty: not asked
    std::optional<GoHeap> heap{};

    friend bool operator==(const GoProgram&, const GoProgram&) = default;
};

}  // namespace rampwatch
