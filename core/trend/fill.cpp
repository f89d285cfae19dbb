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

// Shares of the patience. None as well: 0.
constexpr std::array<double, 5> kWarmUps = {0, .05, .11, .22, .44};
constexpr std::array<double, 6> kFills = {.44, .67, 1, 1.5, 2.1, 2.7};

double dot(const Values& a, const Values& b, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
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
    Values values{};
    for (std::size_t i = 0; i < n; ++i) values[i] = std::exp(-static_cast<double>(i) / constant_blocks);
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
    Left by_line, by_fill;
    for (const double warm_up : kWarmUps) {
        std::array<Values, 2> units = {level, {}};
        std::size_t terms = 1;
        Values rest = left;
        if (warm_up > 0) {
            units[1] = decay(warm_up * blocks_per_patience, n);
            take_away(units[1], level, n);
            if (!make_unit(units[1], n)) continue;
            take_away(rest, units[1], n);
            terms = 2;
        }
        const std::span<const Values> known(units.data(), terms);
        by_line.try_term(line, rest, known, n);
        for (const double fill : kFills) {
            if (fill > warm_up) by_fill.try_term(decay(fill * blocks_per_patience, n), rest, known, n);
        }
    }
    const double factor = inflation(by_line.lag1, n, 2);
    const double variance = by_line.squares / static_cast<double>(n - 4) * factor * factor;
    const double least = 1e-9 * dot(left, left, n);  // a line without noise is no better proof than this
    if (least <= 0) return 0;                        // a constant
    return (by_fill.squares - by_line.squares) / std::max(variance, least);
}

}  // namespace rampwatch::trend
