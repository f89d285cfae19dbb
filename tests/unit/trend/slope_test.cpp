// SPDX-License-Identifier: MIT
#include "core/trend/slope.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/catch.h"
#include "tests/unit/trend/least_squares.h"

using namespace rampwatch::trend;
using rampwatch::test::least_squares;

namespace {

std::vector<double> random_series(std::mt19937_64& random, std::size_t n) {
    std::normal_distribution<double> noise(0, 1);
    std::vector<double> values(n);
    const double slope = noise(random), size = std::exp(3 * noise(random));
    double state = 0;
    for (std::size_t i = 0; i < n; ++i) {
        state = .7 * state + noise(random);
        values[i] = size * (100 + slope * static_cast<double>(i) + state);
    }
    return values;
}

double sum_of_squares(const std::vector<std::vector<double>>& columns, const std::vector<double>& y) {
    const auto factors = least_squares(columns, y);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        double fit = 0;
        for (std::size_t k = 0; k < factors.size(); ++k) fit += factors[k] * columns[k][i];
        sum += (y[i] - fit) * (y[i] - fit);
    }
    return sum;
}

std::vector<double> powers(std::size_t n, int power) {
    std::vector<double> column(n);
    const double middle = (static_cast<double>(n) - 1) / 2;
    for (std::size_t i = 0; i < n; ++i) column[i] = std::pow(static_cast<double>(i) - middle, power);
    return column;
}

}  // namespace

TEST_CASE("the line is the one of the normal equations", "[trend]") {
    std::mt19937_64 random(1);
    for (int round = 0; round < 1000; ++round) {
        const auto y = random_series(random, 3 + random() % 60);
        const auto expected = least_squares({powers(y.size(), 0), powers(y.size(), 1)}, y);
        const Line line = fit_line(y);
        REQUIRE(line.slope == Approx(expected[1]).epsilon(1e-6).margin(1e-9));
        REQUIRE(line.middle == Approx(expected[0]));
        const double squares = sum_of_squares({powers(y.size(), 0), powers(y.size(), 1)}, y);
        const double freedom = std::max(static_cast<double>(y.size()) - 2, 1.0);
        REQUIRE(line.residual_sd == Approx(std::sqrt(squares / freedom)).epsilon(1e-5).margin(1e-7));
    }
}

TEST_CASE("the bent curve is the cubic of the normal equations", "[trend]") {
    std::mt19937_64 random(2);
    for (int round = 0; round < 1000; ++round) {
        const auto y = random_series(random, 6 + random() % 40);
        const std::size_t n = y.size();
        const std::vector<std::vector<double>> cubic = {powers(n, 0), powers(n, 1), powers(n, 2),
                                                        powers(n, 3)};
        const auto expected = least_squares(cubic, y);
        const Bend bend = fit_bend(y);
        REQUIRE(bend.cube == Approx(expected[3]).epsilon(1e-5).margin(1e-8));
        REQUIRE(bend.square == Approx(expected[2]).epsilon(1e-5).margin(1e-8));
        REQUIRE(bend.slope ==
                Approx(least_squares({powers(n, 0), powers(n, 1)}, y)[1]).epsilon(1e-5).margin(1e-8));
        const double sd = std::sqrt(sum_of_squares(cubic, y) / std::max(static_cast<double>(n) - 4, 1.0));
        REQUIRE(bend.residual_sd == Approx(sd).epsilon(1e-4).margin(1e-6));
    }
}

TEST_CASE("Kendall's tau counts pairs, and ties for neither side", "[trend]") {
    CHECK(kendall_tau(std::vector<double>{1, 2, 3, 4}) == Approx(1));
    CHECK(kendall_tau(std::vector<double>{4, 3, 2, 1}) == Approx(-1));
    CHECK(kendall_tau(std::vector<double>{1, 1, 2}) == Approx(2.0 / 3));
    CHECK(kendall_tau(std::vector<double>{5}) == 0);
}

TEST_CASE("the hinge has the least squares of all hinges", "[trend]") {
    std::mt19937_64 random(3);
    for (int round = 0; round < 300; ++round) {
        auto y = random_series(random, 12 + random() % 50);
        const std::size_t n = y.size();
        const std::size_t from = random() % (n - 4);
        for (std::size_t i = from; i < n; ++i)
            y[i] += 50 * std::abs(y[0]) * static_cast<double>(i - from) * .01;
        double least = 1e300;
        const auto squares = [&](std::size_t k) {
            std::vector<double> column(n);
            for (std::size_t i = k; i < n; ++i) column[i] = static_cast<double>(i - k);
            const auto factors = least_squares({powers(n, 0), column}, y);
            return factors[1] > 0 ? sum_of_squares({powers(n, 0), column}, y)
                                  : sum_of_squares({powers(n, 0)}, y);
        };
        for (std::size_t k = 0; k <= n - 3; ++k) least = std::min(least, squares(k));
        const Hinge hinge = fit_hinge(y);
        REQUIRE(squares(hinge.at) == Approx(least).epsilon(1e-6));
        REQUIRE(hinge.low <= hinge.at);
        REQUIRE(hinge.at <= hinge.high);
    }
}

TEST_CASE("a hinge without noise is found where it is", "[trend]") {
    std::vector<double> y(40, 7.0);
    for (std::size_t i = 15; i < y.size(); ++i) y[i] += 2.0 * static_cast<double>(i - 15);
    const Hinge hinge = fit_hinge(y);
    CHECK(hinge.at == 15);
    CHECK(hinge.low == 15);
    CHECK(hinge.high == 15);
}

TEST_CASE("autocorrelated residuals widen the error, and never narrow it", "[trend]") {
    CHECK(inflation(-.5, 24, 1) == Approx(1));
    CHECK(inflation(.5, 1000000, 1) == Approx(std::sqrt(3)).epsilon(1e-3));
    CHECK(inflation(1, 24, 1) == Approx(std::sqrt(19)));
}

TEST_CASE("the slope alone is the line's", "[trend]") {
    std::mt19937_64 random(4);
    for (int round = 0; round < 300; ++round) {
        const auto y = random_series(random, 3 + random() % 60);
        REQUIRE(fit_slope(y) == Approx(fit_line(y).slope).epsilon(1e-6).margin(1e-9));
    }
}

TEST_CASE("Kendall's tau is the one of all pairs, and of ranks alone", "[trend]") {
    std::mt19937_64 random(5);
    for (int round = 0; round < 200; ++round) {
        auto y = random_series(random, 5 + random() % 40);
        double pairs = 0, balance = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            for (std::size_t k = 0; k < i; ++k) {
                ++pairs;
                balance += y[i] == y[k] ? 0 : std::copysign(1.0, y[i] - y[k]);
            }
        }
        REQUIRE(kendall_tau(y) == Approx(balance / pairs));
        const double before = kendall_tau(y);
        for (double& value : y) value = std::cbrt(value) * 7 - 3;  // any rising function
        REQUIRE(kendall_tau(y) == Approx(before));
    }
}

TEST_CASE("a walk's slope varies as its residuals foretell, and white noise foretells next to nothing",
          "[trend]") {
    std::mt19937_64 random(6);
    std::normal_distribution<double> step(0, 1);
    constexpr std::size_t n = 32;
    const auto rest = [](const std::vector<double>& y) {
        const Line line = fit_line(y);
        std::vector<double> left(y);
        for (std::size_t i = 0; i < y.size(); ++i) {
            left[i] -= line.middle + line.slope * (static_cast<double>(i) - (n - 1) / 2.0);
        }
        return left;
    };
    double slopes = 0, foretold = 0, of_noise = 0;
    constexpr int kRounds = 2000;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<double> walk(n), noise(n);
        double at = 0;
        for (std::size_t i = 0; i < n; ++i) {
            walk[i] = at += step(random);
            noise[i] = step(random);
        }
        slopes += fit_line(walk).slope * fit_line(walk).slope / kRounds;
        foretold += wander_variance(rest(walk)) / kRounds;
        of_noise += wander_variance(rest(noise)) / kRounds;
    }
    CHECK(foretold > .4 * slopes);
    CHECK(foretold < 1.5 * slopes);
    CHECK(of_noise < .2 * foretold);
}
