// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
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
    double share = .3;  // patience as a share of each trace's length
    std::string subset = "all";  // all, tune or held: by a hash of the name, a quarter is held out
    std::vector<std::string> settings{};  // NAME=VALUE of the tuning, for the heading
    // Bounds; a run that misses one ends with status 1.
    double most_alarms_per_year = 0;  // 0: no bound
    double most_misses = 0;           // share of leaks not found; 0: no bound
    trend::Settings judge{};
};

extern const char* const kUsage;

// Error::where is the option.
Result<Options> read_options(const std::vector<std::string>& arguments);

}  // namespace rampwatch::score
