// SPDX-License-Identifier: MIT
#include "tests/score/straight.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace rampwatch::score {

std::optional<double> straight_share(std::span<const std::pair<double, double>> points, double share) {
    constexpr int kBins = 60;
    std::vector<double> least(kBins, NAN);
    const double first_s = points.front().first, length_s = points.back().first - first_s;
    for (const auto& [t_s, value] : points) {
        const int bin = std::clamp(static_cast<int>((t_s - first_s) / length_s * kBins), 0, kBins - 1);
        double& place = least[static_cast<std::size_t>(bin)];
        place = std::isnan(place) ? value : std::min(place, value);
    }
    for (std::size_t i = 1; i < least.size(); ++i) {
        if (std::isnan(least[i])) least[i] = least[i - 1];
    }
    double best = 0;
    for (int from = 0; from < kBins; ++from) {
        for (int to = from + static_cast<int>(std::ceil(share * kBins)); to <= kBins; ++to) {
            const std::span<const double> part(&least[static_cast<std::size_t>(from)],
                                               static_cast<std::size_t>(to - from));
            double sum = 0, moment = 0, squares = 0;
            const double n = static_cast<double>(part.size()), middle = (n - 1) / 2;
            for (std::size_t i = 0; i < part.size(); ++i) sum += part[i];
            for (std::size_t i = 0; i < part.size(); ++i) {
                moment += (static_cast<double>(i) - middle) * (part[i] - sum / n);
                squares += (part[i] - sum / n) * (part[i] - sum / n);
            }
            const double slope = moment * 12 / (n * (n * n - 1));
            const double r2 = squares > 0 ? slope * moment / squares : 0;
            if (r2 >= .98 && slope * (n - 1) >= 2.0 * 1024 * 1024) best = std::max(best, n / kBins);
        }
    }
    return best > 0 ? std::optional(best) : std::nullopt;
}

}  // namespace rampwatch::score
