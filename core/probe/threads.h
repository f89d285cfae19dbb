// SPDX-License-Identifier: MIT
// How long a process's threads have been there.
#pragma once

#include <cstdint>
#include <optional>

#include "core/model/look.h"

namespace rampwatch::probe {

// Of at most `most` threads, evenly picked; needs no rights. About 10 us for each that is read, and 1 us for
// each that is there; no more than 200,000 are listed. Empty when the process is gone.
std::optional<ThreadAges> thread_ages(int process_directory, std::int64_t most = 1000);

}  // namespace rampwatch::probe
