// SPDX-License-Identifier: MIT
// One look over all processes for a while: who grows, how surely, how fast. Text and "rampwatch.scan/1".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/model/target.h"
#include "core/model/verdict.h"

namespace rampwatch::report {

struct ScanRow {
    Life who{};
    std::string user{};
    Verdict verdict{};
    std::int64_t first_bytes = 0, last_bytes = 0;
    std::int64_t first_threads = 0, last_threads = 0;
};

struct ScanReport {
    std::vector<ScanRow> rows{};  // of those that grew
    std::int64_t processes = 0;   // looked at to the end
    std::int64_t gone = 0;        // ended meanwhile
    std::int64_t looks = 0;
    std::chrono::nanoseconds took{}, interval{}, patience{};
    std::chrono::nanoseconds wall{};  // at the end
    std::string program = "rampwatch";
};

// The surer first, among equals the faster.
void sort_by_growth(std::vector<ScanRow>& rows);

// `most` rows (0: all); each line ended, the table's no wider than `width`. What the time cannot exclude is
// said.
std::string text_scan(const ScanReport& scan, std::size_t most, std::size_t width = 80);

std::string json_scan(const ScanReport& scan);  // one object on one line, without its end

}  // namespace rampwatch::report
