// SPDX-License-Identifier: MIT
// Old looks folded into minutes, old minutes into ten minutes, the oldest forgotten: in small transactions,
// oldest first, so that a writer beside it never waits long and a reader always sees each look once.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/store/history_schema.h"
#include "core/store/sqlite.h"

namespace rampwatch::store {

inline constexpr std::size_t kMostKeptDumpsOfTarget = 20;  // newest, and the baseline of the newest life
inline constexpr std::size_t kMostKeptEvents = 2000;       // newest

// "DELETE ..." of the lives that are `old`, a condition on their row, and of which no look is left; never of
// the newest, so that no number is given twice.
std::string forget_lives_sql(std::string_view old);

// One step, of one transaction; false when nothing is left to do. Ages count back from the newest look.
Result<bool> thin_step(Database& database, const Retention& keep);

}  // namespace rampwatch::store
