// SPDX-License-Identifier: MIT
// What happened, in one line for a person or a log; the verdict and the stacks stand in their own texts.
#pragma once

#include <string>

#include "core/model/event.h"
#include "core/model/target.h"

namespace rampwatch::report {

// "PID 4711 (myservice)"; the name is the executable's base name, of a script its own, else the comm,
// escaped.
std::string name_of(const Life& life);

// "exited with status 3", "was killed by SIGKILL (9)", "was stopped by SIGTERM (15)", "was killed by the
// kernel: out of memory", "ended".
std::string text_ending(const Ending& ending);

// One line without its end, and without the time. Empty for a sample: that is a status line's matter.
std::string text_event(const Event& event);

}  // namespace rampwatch::report
