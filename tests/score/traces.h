// SPDX-License-Identifier: MIT
// Labelled recordings: a folder of CSV files and labels.csv beside them.
#pragma once

#include "tests/score/options.h"

namespace rampwatch::score {

// Judges every trace at a patience of a share of its length and prints what was said. The status: 0, 1 when a
// bound of the options is missed, 2 when the folder cannot be read.
int score_traces(const Options& options);

}  // namespace rampwatch::score
