// SPDX-License-Identifier: MIT
// Histories in, reports out: each target judged from all that was recorded of it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/report/target_report.h"
#include "core/store/told_book.h"

namespace rampwatch::batch {

struct ReportRequest {
    std::string directory{};
    std::vector<std::string> targets{};  // empty: all that are there
    std::chrono::nanoseconds since_wall{};
    std::optional<std::chrono::nanoseconds> until_wall{};  // empty: now, and then a dead watch is news
    std::chrono::nanoseconds now_wall{};
    std::string program{};   // how we are called, for the lines that a reader may type
    store::ToldBook told{};  // by told_key()
};

// A target in a book that may serve several directories.
std::string told_key(const std::string& directory, const std::string& target);

// As many targets at once as there are cores. A history that cannot be read is among `troubles`.
Result<report::Report> build_report(const ReportRequest& request);

// One of them. Waits two seconds where a living watcher seems to be silent: the host may just have woken up.
Result<report::TargetReport> build_target_report(const ReportRequest& request, const std::string& target);

}  // namespace rampwatch::batch
