// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <utility>

namespace rampwatch::score {

// One rule for every trace, passing or not: straight (R^2 >= 0.98 over 60 bins of minima) for at least
// `share` of its length and rising by 2 MiB. What is healthy and does so cannot be told from a leak at that
// patience. The longest such share; empty when there is none. `points`: seconds and bytes, at least two.
std::optional<double> straight_share(std::span<const std::pair<double, double>> points, double share);

}  // namespace rampwatch::score
