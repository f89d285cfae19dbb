// SPDX-License-Identifier: MIT
// A Go program's own profile of its goroutines, asked for over HTTP where net/http/pprof is mounted. It costs
// the program CPU time, and no long stop: only the form that it makes while it goes on is asked for
// (debug=0).
//
// It parses foreign input: run it in a process that may die.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/model/stack.h"

namespace rampwatch::worker {

inline constexpr std::string_view kPprofAuto = "auto";
inline constexpr std::size_t kMostPprofPlace = 1000;  // bytes

// What --pprof takes, in full: "auto", or where the profiles are: "http://127.0.0.1:6060" becomes
// "http://127.0.0.1:6060/debug/pprof/", "unix:/run/shop.sock" stays. bad_input: anything else, and a URL with
// a password in it.
Result<std::string> pprof_place(std::string_view word);

// `place` as pprof_place() gave it. "auto" asks the addresses on which the process itself listens for this
// host alone, each for a second, until one has a profile. In the Dump: `go` with source, count and leaked,
// and groups. Its leak profile is asked for too, where it has one (Go 1.26 and later): that costs it a
// collection. Errors: unavailable, timed_out, bad_input (no profile: says what it is), io (refused),
// no_permission, gone.
Result<Dump> ask_profile(pid_t pid, const std::string& place, std::chrono::nanoseconds timeout);

}  // namespace rampwatch::worker
