// SPDX-License-Identifier: MIT
#include "core/trend/slope.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace rampwatch::trend {
namespace {

// Residuals as they come, for their variance and lag-1 autocorrelation in one pass.
class Residuals {
  public:
    void add(double residual) {
        squares_ += residual * residual;
        products_ += residual * previous_;
        previous_ = residual;
    }
    [[nodiscard]] double sd(double freedom) const { return std::sqrt(squares_ / std::max(freedom, 1.0)); }
    [[nodiscard]] double lag1() const {
        return squares_ > 0 ? std::clamp(products_ / squares_, -1.0, 1.0) : 0;
    }
    [[nodiscard]] double squares() const { return squares_; }

  private:
    double squares_ = 0, products_ = 0, previous_ = 0;
};

}  // namespace

Line fit_line(std::span<const double> values) {
    const std::size_t n = values.size();
    assert(n >= 3);
    const double count = static_cast<double>(n);
    const double middle_x = (count - 1) / 2;
    double sum = 0, moment = 0;
    for (std::size_t i = 0; i < n; ++i) {
        sum += values[i];
        moment += (static_cast<double>(i) - middle_x) * values[i];
    }
    Line line{.slope = moment * 12 / (count * (count * count - 1)), .middle = sum / count};
    Residuals residuals;
    double total = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = static_cast<double>(i) - middle_x;
        residuals.add(values[i] - line.middle - line.slope * x);
        total += (values[i] - line.middle) * (values[i] - line.middle);
    }
    line.residual_sd = residuals.sd(count - 2);
    line.lag1 = residuals.lag1();
    line.r2 = total > 0 ? std::clamp(1 - residuals.squares() / total, 0.0, 1.0) : 0;
    return line;
}

double fit_slope(std::span<const double> values) {
    const double count = static_cast<double>(values.size());
    const double middle_x = (count - 1) / 2;
    double moment = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        moment += (static_cast<double>(i) - middle_x) * (values[i] - values[0]);
    }
    return moment * 12 / (count * (count * count - 1));
}

Bend fit_bend(std::span<const double> values) {
    const std::size_t n = values.size();
    assert(n >= 6);
    const double count = static_cast<double>(n);
    const double middle_x = (count - 1) / 2;
    const double p2_shift = (count * count - 1) / 12;
    const double p3_factor = (3 * count * count - 7) / 20;
    double mean = 0, moment1 = 0, moment2 = 0, moment3 = 0;
    Bend bend;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = static_cast<double>(i) - middle_x;
        const double p2 = x * x - p2_shift;
        const double p3 = x * (x * x - p3_factor);
        mean += values[i];
        moment1 += x * values[i];
        moment2 += p2 * values[i];
        moment3 += p3 * values[i];
        bend.sum_p2 += p2 * p2;
        bend.sum_p3 += p3 * p3;
    }
    mean /= count;
    bend.slope = moment1 * 12 / (count * (count * count - 1));
    bend.square = moment2 / bend.sum_p2;
    bend.cube = moment3 / bend.sum_p3;
    Residuals residuals;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = static_cast<double>(i) - middle_x;
        residuals.add(values[i] - mean - bend.slope * x - bend.square * (x * x - p2_shift) -
                      bend.cube * x * (x * x - p3_factor));
    }
    bend.residual_sd = residuals.sd(count - 4);
    bend.lag1 = residuals.lag1();
    return bend;
}

double inflation(double lag1, std::size_t n, double fitted) {
    const double r = lag1 + fitted * (1 + 3 * std::max(lag1, 0.0)) / static_cast<double>(n);
    const double bounded = std::clamp(r, 0.0, 0.9);
    return std::sqrt((1 + bounded) / (1 - bounded));
}

double wander_variance(std::span<const double> residuals) {
    const std::size_t m = residuals.size();
    const auto increments = [&](std::size_t lag) {
        double sum = 0;
        for (std::size_t i = lag; i < m; ++i) {
            const double step = residuals[i] - residuals[i - lag];
            sum += step * step;
        }
        return sum / static_cast<double>(m - lag);
    };
    const std::size_t near = std::max<std::size_t>(1, m / 10), far = std::max(near + 1, m / 4);
    if (far >= m) return 0;
    const double growth = (increments(far) - increments(near)) / static_cast<double>(far - near);
    return 1.2 * std::max(growth, 0.0) / static_cast<double>(m);
}

double slope_error(double residual_sd, std::size_t n) {
    const double count = static_cast<double>(n);
    return residual_sd / std::sqrt(count * (count * count - 1) / 12);
}

double kendall_tau(std::span<const double> values) {
    const std::size_t n = values.size();
    if (n < 2) return 0;
    long balance = 0;
    for (std::size_t i = 0; i + 1 < n; ++i) {
        for (std::size_t k = i + 1; k < n; ++k) {
            balance += (values[k] > values[i]) - (values[k] < values[i]);
        }
    }
    return static_cast<double>(balance) / (0.5 * static_cast<double>(n) * static_cast<double>(n - 1));
}

Hinge fit_hinge(std::span<const double> values) {
    const std::size_t n = values.size();
    assert(n >= 6 && n <= 256);
    const double count = static_cast<double>(n);
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    const double mean = sum / count;
    for (const double value : values) squares += (value - mean) * (value - mean);

    // For each k the regressor is max(0, i-k). Going from k+1 to k adds one step to every later point, so
    // its sums follow from those of the points beyond.
    std::array<double, 256> error{};
    double tail_y = 0, tail_xy = 0;
    std::size_t best = 0;
    for (std::size_t k = n - 1; k-- > 0;) {
        tail_y += values[k + 1] - mean;
        tail_xy += tail_y;
        const double m = static_cast<double>(n - 1 - k);  // points with x = 1 .. m
        const double sum_x = m * (m + 1) / 2;
        const double sum_xx = m * (m + 1) * (2 * m + 1) / 6;
        const double spread = sum_xx - sum_x * sum_x / count;
        const double explained = spread > 0 && tail_xy > 0 ? tail_xy * tail_xy / spread : 0;
        error[k] = squares - explained;
    }
    const std::size_t last = n - 3;  // a hinge needs a few points beyond it
    for (std::size_t k = 0; k <= last; ++k) {
        if (error[k] < error[best]) best = k;
    }
    // Residuals of the best hinge give the inflation for the range.
    const double m = static_cast<double>(n - 1 - best);
    const double sum_x = m * (m + 1) / 2;
    const double spread = m * (m + 1) * (2 * m + 1) / 6 - sum_x * sum_x / count;
    double moment = 0;
    for (std::size_t i = best + 1; i < n; ++i) moment += static_cast<double>(i - best) * (values[i] - mean);
    const double slope = spread > 0 ? moment / spread : 0;
    const double level = mean - slope * sum_x / count;
    Residuals residuals;
    for (std::size_t i = 0; i < n; ++i) {
        residuals.add(values[i] - level - (i > best ? slope * static_cast<double>(i - best) : 0));
    }
    const double factor = inflation(residuals.lag1(), n, 1);
    const double worst = error[best] * (1 + 4.5 * factor * factor / (count - 3));
    Hinge hinge{best, best, best};
    while (hinge.low > 0 && error[hinge.low - 1] <= worst) --hinge.low;
    while (hinge.high < last && error[hinge.high + 1] <= worst) ++hinge.high;
    return hinge;
}

}  // namespace rampwatch::trend
