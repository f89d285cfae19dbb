// SPDX-License-Identifier: MIT
#include "core/trend/fill.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/trend/slope.h"
#include "tests/catch.h"
#include "tests/unit/trend/least_squares.h"

using namespace rampwatch::trend;

namespace {

constexpr double kPatience = 32;  // blocks

template <class Shape>
std::vector<double> floors(Shape shape, double noise_sd, std::uint64_t seed, std::size_t n = 48) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> noise(0, noise_sd);
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = shape(static_cast<double>(i)) + noise(random);
    return values;
}

double filling(double t, double constant) { return 100 * (1 - std::exp(-t / constant)); }

std::vector<double> decay(double constant, std::size_t n) {
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = std::exp(-static_cast<double>(i) / constant);
    return values;
}

// The same question by normal equations.
double by_hand(const std::vector<double>& y) {
    const std::size_t n = y.size();
    std::vector<double> line(n);
    for (std::size_t i = 0; i < n; ++i) line[i] = static_cast<double>(i);
    const auto squares = [&](const std::vector<std::vector<double>>& columns, double* lag1) {
        const auto factors = rampwatch::test::least_squares(columns, y);
        double sum = 0, along = 0, before = 0;
        for (std::size_t i = 0; i < n; ++i) {
            double rest = y[i];
            for (std::size_t k = 0; k < columns.size(); ++k) rest -= factors[k] * columns[k][i];
            sum += rest * rest;
            along += i > 0 ? rest * before : 0;
            before = rest;
        }
        *lag1 = along / sum;
        return sum;
    };
    double line_left = std::numeric_limits<double>::infinity(), fill_left = line_left, lag1 = 0, other = 0;
    for (const double warm_up : {0.0, .05, .11, .22, .44}) {
        std::vector<std::vector<double>> columns = {std::vector<double>(n, 1)};
        if (warm_up > 0) columns.push_back(decay(warm_up * kPatience, n));
        columns.push_back(line);
        double lag = 0;
        if (const double left = squares(columns, &lag); left < line_left) {
            line_left = left;
            lag1 = lag;
        }
        for (const double fill : {.44, .67, 1.0, 1.5, 2.1, 2.7}) {
            if (fill <= warm_up) continue;
            columns.back() = decay(fill * kPatience, n);
            fill_left = std::min(fill_left, squares(columns, &other));
        }
    }
    const double factor = inflation(lag1, n, 2);
    return (fill_left - line_left) / (line_left / static_cast<double>(n - 4) * factor * factor);
}

}  // namespace

TEST_CASE("a line explains a line better, and what fills is explained by what fills", "[trend]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        CHECK(line_over_fill(floors([](double t) { return 2 * t; }, .5, seed), kPatience) > 8);
        for (const double constant : {.5, 1.0, 2.0}) {
            const auto cache = [=](double t) { return filling(t, constant * kPatience); };
            CHECK(line_over_fill(floors(cache, .5, seed), kPatience) < 0);
        }
    }
}

TEST_CASE("a warm-up before the line does not make it a cache", "[trend]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        const auto both = [](double t) { return filling(t, .1 * kPatience) + 2 * t; };
        CHECK(line_over_fill(floors(both, .5, seed), kPatience) > 8);
    }
}

TEST_CASE("the line's lead is that of least squares by hand, in any unit", "[trend]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        const auto values =
            floors([=](double t) { return filling(t, 9) + .1 * static_cast<double>(seed) * t; }, 2, seed);
        CHECK(line_over_fill(values, kPatience) == Approx(by_hand(values)).epsilon(1e-4).margin(1e-6));
        auto larger = values;
        for (double& value : larger) value = 1e6 * value + 1e9;
        CHECK(line_over_fill(larger, kPatience) == Approx(by_hand(values)).epsilon(1e-3).margin(1e-4));
    }
}

TEST_CASE("too little, a constant, and no scale are no proof", "[trend]") {
    CHECK(line_over_fill({}, kPatience) == 0);
    CHECK(line_over_fill(std::vector<double>(7, 1.0), kPatience) == 0);
    CHECK(std::isfinite(line_over_fill(std::vector<double>(40, 5e8), kPatience)));
    CHECK(line_over_fill(std::vector<double>(40, 1.0), 0) == 0);
}
