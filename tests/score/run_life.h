// SPDX-License-Identifier: MIT
// One life through the very replay that `analyze` uses, and through the comparators.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "core/model/verdict.h"
#include "core/watch/session.h"
#include "tests/score/life.h"

namespace rampwatch::score {

struct Outcome {
    std::optional<double> suspected_s{}, confirmed_s{};  // since the life began
    // At the alarm:
    double slope_per_s = 0;
    Interval ci95_per_s{};
    double onset_s = 0;
    Shape shape = Shape::too_short;
    std::vector<Gate> evidence{};
    std::vector<std::optional<double>>
        rules_s{};  // of comparators(), in their order; empty when not asked for
};

// Runs until a leak is said, or to the life's end; with the comparators, until all have spoken.
Outcome run_life(const Family& family, const Life& life, const trend::Settings& settings, bool compare);

}  // namespace rampwatch::score
