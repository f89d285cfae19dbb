// SPDX-License-Identifier: MIT
// That a drill was held, beside a target's history: for the reports that are mailed, which read nothing else.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace rampwatch::store {

// `database`: the history's path, as history_path() has it. The note of an earlier drill is replaced.
Result<void> note_drill(const std::string& database, std::chrono::nanoseconds wall);

// When the last one was held; empty where there was none, and where what is there is not such a note.
std::optional<std::chrono::nanoseconds> noted_drill(const std::string& directory, std::string_view target);

}  // namespace rampwatch::store
