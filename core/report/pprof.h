// SPDX-License-Identifier: MIT
// A dump as pprof and what understands it read it: profile.proto (github.com/google/pprof), gzipped. The
// values of a sample are counts of threads and, where there are any, of goroutines and of tasks.
#pragma once

#include <string>

#include "core/base/error.h"
#include "core/model/stack.h"

namespace rampwatch::report {

// The message before it is gzipped. Inlined calls are lines of one location; there are no addresses.
std::string pprof_message(const Dump& dump);

// Errors: io, when there is no memory for it.
Result<std::string> pprof(const Dump& dump);

// A heap as a heap profile: objects and bytes in use, or what they grew by, a sample a type; a type without a
// stack is a function of its name. Nothing else of it is in there.
std::string pprof_message(const HeapTypes& heap, const Life& life);
Result<std::string> pprof(const HeapTypes& heap, const Life& life);

}  // namespace rampwatch::report
