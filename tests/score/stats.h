// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace rampwatch::score {

// The rate of which `count` or fewer would be seen only once in twenty times: the exact one-sided 95 % upper
// bound of a Poisson mean.
[[nodiscard]] double poisson_upper(int count);

// The value below which a share of `q` lies; NaN of nothing. Infinite values are welcome.
[[nodiscard]] double quantile(std::vector<double> values, double q);

}  // namespace rampwatch::score
