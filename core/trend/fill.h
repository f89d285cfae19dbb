// SPDX-License-Identifier: MIT
// Is it a line that is still going up, or the slow end of something that fills?
#pragma once

#include <span>

namespace rampwatch::trend {

// Two models of the same floors (oldest first, at most Pyramid::kDepth; `blocks_per_patience` gives the
// scale): a warm-up of at most four ninths of the patience and a line, or such a warm-up and an exponential
// that levels off with a time constant of up to 2.7 patiences. Both have as many terms. The answer is by how
// much less is left over by the line, in variances of what it leaves over (a likelihood ratio, twice its
// logarithm; autocorrelated residuals count as the fewer that they are worth). Below 0 the filling thing
// explains more.
[[nodiscard]] double line_over_fill(std::span<const double> floors, double blocks_per_patience);

}  // namespace rampwatch::trend
