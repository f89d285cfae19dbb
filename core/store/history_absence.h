// SPDX-License-Identifier: MIT
// Single samples whose process is not there: an end of its life, and a sign that somebody still looks.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/store/history_place.h"

namespace rampwatch::store {

// Reasons of a watch's end that a report goes by; all others are words for people.
inline constexpr std::string_view kAbsent = "absent";                 // looked for, and not there
inline constexpr std::string_view kTargetEnded = "the target ended";  // and the watch with it

// The newest life has ended, if that is not known, and its single samples are `kAbsent` since `wall`, until
// the next one. What a watch has recorded is left as it is. False where the target has no history. Errors: as
// of lock_target() and open_history().
Result<bool> note_absence(const HistoryPlace& place, const std::string& target,
                          std::chrono::nanoseconds wall);

}  // namespace rampwatch::store
