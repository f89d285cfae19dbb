// SPDX-License-Identifier: MIT
// Fits and their errors on equally spaced values, x = 0 .. n-1 in units of a block; slopes are per block.
// Errors assume AR(1) residuals: memory of a process is never white noise, and a plain error would see a
// trend in everything.
#pragma once

#include <cstddef>
#include <span>

namespace rampwatch::trend {

struct Line {
    double slope = 0;
    double middle = 0;       // the line's value at x = (n-1)/2
    double residual_sd = 0;  // with n-2 degrees of freedom
    double lag1 = 0;         // autocorrelation of the residuals, -1 to 1
    double r2 = 0;           // share of the variance that the line explains, 0 to 1
};

// Least squares; n >= 3.
[[nodiscard]] Line fit_line(std::span<const double> values);

// Its slope alone, n >= 2.
[[nodiscard]] double fit_slope(std::span<const double> values);

// The line with a bend (square) and an S (cube), by the orthogonal polynomials of Gram: on x centred,
// P2 = x^2 - (n^2-1)/12 and P3 = x^3 - x(3n^2-7)/20. n >= 6.
struct Bend {
    double slope = 0;        // of the linear term
    double square = 0;       // factor of P2
    double cube = 0;         // factor of P3
    double residual_sd = 0;  // of the cubic fit, n-4 degrees of freedom
    double lag1 = 0;
    double sum_p2 = 0;  // sums of squares of P2 and P3
    double sum_p3 = 0;
};
[[nodiscard]] Bend fit_bend(std::span<const double> values);

// By how much autocorrelated residuals widen a slope's error: sqrt((1+r)/(1-r)). `lag1` is the estimate from
// n residuals, biased low for `fitted` fitted terms (1 for a line, 2 for a curve); corrected, then 0 to 0.9.
[[nodiscard]] double inflation(double lag1, std::size_t n, double fitted);

// The variance that a walk gives a line's slope: from how fast the variance of the residuals' increments
// grows with the lag, between a tenth and a quarter of their number. 0 when it does not.
[[nodiscard]] double wander_variance(std::span<const double> residuals);

// The standard error of a line's slope for white residuals.
[[nodiscard]] double slope_error(double residual_sd, std::size_t n);

// Kendall's tau against time, ties counted as neither: -1 to 1. O(n^2).
[[nodiscard]] double kendall_tau(std::span<const double> values);

// Level, then a line up from block `at`: the `at` of least squares, and the earliest and latest that the
// residuals do not exclude (95 %). n >= 6.
struct Hinge {
    std::size_t at = 0;
    std::size_t low = 0;
    std::size_t high = 0;
};
[[nodiscard]] Hinge fit_hinge(std::span<const double> values);

}  // namespace rampwatch::trend
