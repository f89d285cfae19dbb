// SPDX-License-Identifier: MIT
#include "core/trend/fill.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/trend/pyramid.h"
#include "core/trend/slope.h"

namespace rampwatch::trend {
namespace {

using Values = std::array<double, Pyramid::kDepth>;

// Shares of the patience. No warm-up is tried as well.
constexpr std::array<double, 4> kWarmUps = {.05, .11, .22, .44};
constexpr std::array<double, 6> kFills = {.44, .67, 1, 1.5, 2.1, 2.7};

// Four sums at once: they do not wait for each other.
double dot(const Values& a, const Values& b, std::size_t n) {
    std::array<double, 4> sums{};
    std::size_t i = 0;
    for (; i + sums.size() <= n; i += sums.size()) {
        for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += a[i + k] * b[i + k];
    }
    for (; i < n; ++i) sums[0] += a[i] * b[i];
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

// What is left of `values` once all that goes along with `unit`, of length 1, is taken away.
void take_away(Values& values, const Values& unit, std::size_t n) {
    const double share = dot(values, unit, n);
    for (std::size_t i = 0; i < n; ++i) values[i] -= share * unit[i];
}

// False when nothing is left to be made a unit of: the term says nothing new.
bool make_unit(Values& values, std::size_t n) {
    const double length = std::sqrt(dot(values, values, n));
    if (length < 1e-6) return false;
    for (std::size_t i = 0; i < n; ++i) values[i] /= length;
    return true;
}

Values decay(double constant_blocks, std::size_t n) {
    const double left = std::exp(-1 / constant_blocks);
    Values values{};
    double value = 1;
    for (std::size_t i = 0; i < n && value > 1e-200; ++i, value *= left) values[i] = value;
    return values;
}

// The squares that are left over by a level, a warm-up and the best of the slow terms.
struct Left {
    double squares = std::numeric_limits<double>::infinity();
    double lag1 = 0;

    void try_term(Values slow, const Values& left, std::span<const Values> units, std::size_t n) {
        for (const Values& unit : units) take_away(slow, unit, n);
        if (!make_unit(slow, n)) return;
        Values rest = left;
        take_away(rest, slow, n);
        const double sum = dot(rest, rest, n);
        if (sum >= squares) return;
        squares = sum;
        double along = 0;
        for (std::size_t i = 1; i < n; ++i) along += rest[i] * rest[i - 1];
        lag1 = sum > 0 ? along / sum : 0;
    }
};

}  // namespace

double line_over_fill(std::span<const double> floors, double blocks_per_patience) {
    const std::size_t n = std::min(floors.size(), Pyramid::kDepth);
    if (n < 8 || blocks_per_patience <= 0) return 0;
    Values level{}, line{}, left{};
    for (std::size_t i = 0; i < n; ++i) {
        level[i] = 1 / std::sqrt(static_cast<double>(n));
        line[i] = static_cast<double>(i) / static_cast<double>(n);
        left[i] = floors[i] - floors[0];
    }
    take_away(left, level, n);
    std::array<Values, kFills.size()> fills;
    for (std::size_t i = 0; i < fills.size(); ++i) fills[i] = decay(kFills[i] * blocks_per_patience, n);
    Left by_line, by_fill;
    const auto try_all = [&](double warm_up, const Values& rest, std::span<const Values> known) {
        by_line.try_term(line, rest, known, n);
        for (std::size_t i = 0; i < fills.size(); ++i) {
            if (kFills[i] > warm_up) by_fill.try_term(fills[i], rest, known, n);
        }
    };
    std::array<Values, 2> units = {level, {}};
    try_all(0, left, std::span(units).first(1));
    for (const double warm_up : kWarmUps) {
        units[1] = decay(warm_up * blocks_per_patience, n);
        take_away(units[1], level, n);
        if (!make_unit(units[1], n)) continue;
        Values rest = left;
        take_away(rest, units[1], n);
        try_all(warm_up, rest, units);
    }
    const double factor = inflation(by_line.lag1, n, 2);
    const double variance = by_line.squares / static_cast<double>(n - 4) * factor * factor;
    const double least = 1e-9 * dot(left, left, n);  // a line without noise is no better proof than this
    if (least <= 0) return 0;                        // a constant
    return (by_fill.squares - by_line.squares) / std::max(variance, least);
}

}  // namespace rampwatch::trend
