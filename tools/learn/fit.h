// SPDX-License-Identifier: MIT
// An additive logistic model, monotone in every clue: coordinate descent on binned clues, pooled where
// neighbours would break the order, with the windows of a bag weighted by how much the bag hangs on them
// (multiple instances, a soft maximum over one neper).
#pragma once

#include <span>

#include "core/trend/evidence.h"
#include "tools/learn/rows.h"

namespace rampwatch::learn {

struct Fit {
    int rounds = 4;    // of weighting the windows anew
    int passes = 30;   // over the clues, a round
    double ridge = 4;  // weight of a bag by which a bin is drawn to nothing
    double rate = .4;
    int leave_out = -1;  // the fold whose groups are left out: group % folds == leave_out
    int folds = 4;
};

// `start`: a table to weigh the windows by in the first round; null: all alike.
trend::Table fit(std::span<const Bag> bags, const Fit& how, const trend::Table* start);

// A clue that no direction was given for is not used.
enum class Direction : signed char { none = 0, more = 1, less = -1 };
Direction direction(trend::Clue clue);

}  // namespace rampwatch::learn
