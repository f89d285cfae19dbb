// SPDX-License-Identifier: MIT
// What is recorded on this host, as JSON: "rampwatch.status/1" and "rampwatch.histories/1", see
// rampwatch-formats(5).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/report/target_report.h"

namespace rampwatch::report {

struct StatusRow {
    const TargetReport* target = nullptr;
    std::string watcher{};  // as the text has it, in small letters
};

// One object on one line, without its end.
std::string json_status(const std::vector<StatusRow>& rows, const Report& report);

// One history, as `history list` has it.
struct HistoryRow {
    std::string target{};
    std::int64_t lives = 0;
    std::optional<std::chrono::nanoseconds> since_wall{}, last_wall{};
    std::int64_t samples = 0, minutes = 0, tens = 0, file_bytes = 0;
    std::string state{};  // "watched", "not watched", "absent", "ended"
};

std::string json_histories(const std::vector<HistoryRow>& rows, const std::vector<Error>& troubles);

}  // namespace rampwatch::report
