// SPDX-License-Identifier: MIT
// A Go program in words: its goroutines, what its memory consists of, and what a wait tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/go.h"
#include "core/model/stack.h"

namespace rampwatch::report {

// "1,017, by go1.19.8; 5 more of the runtime's own; their stacks hold 2.0 MiB", and what was left out.
std::string go_count_text(const GoProgram& go);

// What the resident memory consists of, biggest first, as far as the runtime's own figures tell:
// "700 MiB live heap", "20.1 MiB garbage or new", "14 MiB free but held", "80 MiB goroutine stacks",
// "30 MiB the rest (cgo, mmap, code)". Empty when the heap's figures are not known.
std::vector<std::string> go_memory_parts(const GoProgram& go, std::int64_t rss_bytes);

// What its memory consists of and, where the dump has a baseline, what of it grew since and what that means;
// whole lines without an end. Empty for what is no Go program, or without its figures.
std::vector<std::string> go_memory_lines(const Dump& dump);

// Everything that read a part of the dump, by names in lower case: runtimes, and last what read the threads.
std::vector<std::string> readers_of(const Dump& dump);

// "eu-stack", "go and eu-stack", "python and native": these in words.
std::string taken_by(const Dump& dump);

// "chan send, 3 min .. 9 days": how long the one that waits longest has waited, at least and at most.
std::string wait_text(const Group& group);

// What usually stands behind so many goroutines that wait like this, and what to do; empty for waits that
// say nothing. `state` is the runtime's own wait reason.
std::string_view wait_hint(std::string_view state);

}  // namespace rampwatch::report
