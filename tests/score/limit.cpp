// SPDX-License-Identifier: MIT
// How early an alarm could be at all. A matched filter that knew the leak's shape, its noise and the level
// before it would have, after a time T, a squared distance of d^2 = b^2 T^3 / (3 S0) between leak and none
// (a fourth of that when nothing was seen before the leak), S0 being the noise's power at frequency zero. A
// false-alarm rate of F needs d^2/2 = ln(1/(F T)) (Lorden 1971; Lai 1998). Solved for T by iteration.
#include <algorithm>
#include <cmath>

#include "tests/score/life.h"

namespace rampwatch::score {

double shortest_delay_s(const Life& life) {
    constexpr double kAlarmsPerSecond = .1 / (365.25 * 86400);
    const double factor = life.known ? 6 : 24;
    double t_s = kHour_s;
    for (int i = 0; i < 50; ++i) {
        const double log = std::log(1 / std::min(.5, kAlarmsPerSecond * t_s));
        t_s = std::cbrt(factor * life.noise_power * log / (life.slope_per_s * life.slope_per_s));
        t_s = std::max(t_s, kStep_s);
    }
    return t_s;
}

}  // namespace rampwatch::score
