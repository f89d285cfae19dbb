// SPDX-License-Identifier: MIT
// How long a process's threads have been there.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/model/look.h"

namespace rampwatch::probe {

// Of at most `most` threads, evenly picked; needs no rights. About 10 us for each that is read, and 1 us for
// each that is there; no more than 200,000 are listed. Empty when the process is gone.
std::optional<ThreadAges> thread_ages(int process_directory, std::int64_t most = 1000);

// How many threads began at least `age` ago; needs no rights. The kernel lists them in the order of their
// beginnings, so that few of them are read: about 1 us for each that is there, and 10 us a dozen times. Empty
// when the process is gone, or has more than 200,000.
std::optional<std::int64_t> threads_older_than(int process_directory, std::chrono::nanoseconds age);

}  // namespace rampwatch::probe
