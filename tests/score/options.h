// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/trend/judge.h"

namespace rampwatch::score {

struct Options {
    std::uint64_t seed = 20261;
    double years = 4;  // process-years a healthy family; leaks get as many lives
    unsigned threads = 1;
    std::vector<std::string> families{};  // empty: all
    bool compare = true;
    std::string log{};  // CSV of every life; empty: none
    // Traces instead of lives, when a folder is given.
    std::string traces{};
    double share = .3;                    // patience as a share of each trace's length
    std::string subset = "all";           // all, tune or held: by a hash of the name, a quarter is held out
    std::vector<std::string> settings{};  // NAME=VALUE of the tuning, for the heading
    // Bounds; a run that misses one ends with status 1.
    std::optional<double> most_alarms{};  // over all healthy families, or traces
    std::optional<double> most_misses{};  // share of the leaks of any one family, or of the traces
    std::vector<std::pair<std::string, double>> most_delays_h{};  // median delay of a family
    trend::Settings judge{};
};

extern const char* const kUsage;

// Error::where is the option.
Result<Options> read_options(const std::vector<std::string>& arguments);

}  // namespace rampwatch::score
