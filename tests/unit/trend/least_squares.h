// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace rampwatch::test {

// Least squares on any regressors by normal equations and elimination: slow, and independent of the fast way.
inline std::vector<double> least_squares(const std::vector<std::vector<double>>& columns,
                                         const std::vector<double>& y) {
    const std::size_t k = columns.size();
    std::vector<std::vector<double>> a(k, std::vector<double>(k + 1));
    for (std::size_t r = 0; r < k; ++r) {
        for (std::size_t c = 0; c < k; ++c) {
            for (std::size_t i = 0; i < y.size(); ++i) a[r][c] += columns[r][i] * columns[c][i];
        }
        for (std::size_t i = 0; i < y.size(); ++i) a[r][k] += columns[r][i] * y[i];
    }
    for (std::size_t p = 0; p < k; ++p) {
        for (std::size_t r = 0; r < k; ++r) {
            if (r == p) continue;
            const double factor = a[r][p] / a[p][p];
            for (std::size_t c = p; c <= k; ++c) a[r][c] -= factor * a[p][c];
        }
    }
    std::vector<double> result(k);
    for (std::size_t p = 0; p < k; ++p) result[p] = a[p][k] / a[p][p];
    return result;
}

}  // namespace rampwatch::test
