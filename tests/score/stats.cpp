// SPDX-License-Identifier: MIT
#include "tests/score/stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rampwatch::score {
namespace {

double poisson_at_most(int count, double mean) {
    double term = std::exp(-mean), sum = term;
    for (int i = 1; i <= count; ++i) sum += term *= mean / i;
    return sum;
}

}  // namespace

double poisson_upper(int count) {
    double low = count, high = 2.0 * count + 10;
    for (int i = 0; i < 100; ++i) {
        const double middle = (low + high) / 2;
        (poisson_at_most(count, middle) > .05 ? low : high) = middle;
    }
    return high;
}

double quantile(std::vector<double> values, double q) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + .5)];
}

}  // namespace rampwatch::score
