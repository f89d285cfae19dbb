// SPDX-License-Identifier: MIT
// A verdict as JSON: "rampwatch.analysis/1", see rampwatch-formats(5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/verdict.h"

namespace rampwatch::report {

// Where the verdict's samples came from.
struct AnalysisSource {
    std::string name{};  // as it was given on the command line
    std::vector<std::string> ignored_columns{};
    std::int64_t half_lines = 0;
    std::string format{};                                       // as what it was read
    std::vector<std::pair<std::string, std::string>> labels{};  // which of the file's series
    bool host = false;                                          // the memory of a whole host
    std::int64_t unknown_values = 0;
    std::int64_t lines_not_understood = 0;
};

// One object on one line, without its end. Times are seconds of the input's own clock; what is unknown, and
// what is not finite, is null.
std::string json_analysis(const Verdict& verdict, const AnalysisSource& source);

}  // namespace rampwatch::report
