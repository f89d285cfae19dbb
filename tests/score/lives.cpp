// SPDX-License-Identifier: MIT
// Several lives of one target: killed at a limit, or deployed anew.
#include <array>
#include <vector>

#include "tests/score/life.h"
#include "tests/score/shapes.h"

namespace rampwatch::score {
namespace {

Random own(Random& random) { return Random(random.bits()); }

std::vector<double> every(double from_s, double gap_s) {
    std::vector<double> at_s;
    for (double t_s = from_s; t_s < kLength_s; t_s += gap_s) at_s.push_back(t_s);
    return at_s;
}

// `grow(since_s)` on top of a process that begins anew at every restart.
template <class Grow>
Life living(Random& random, const Rest& rest, std::vector<double> restarts_s, Grow grow) {
    Life life{.restarts_s = restarts_s};
    life.value = [r = own(random), now = rest, fresh = rest, restarts_s, next = std::size_t{0}, began_s = 0.0,
                  grow](double t) mutable {
        if (next < restarts_s.size() && t >= restarts_s[next]) {
            began_s = restarts_s[next++];
            now = fresh;
        }
        return now.next(r) + grow(t - began_s, t);
    };
    return life;
}

Life leaking_lives(Random& random, double from_s, double gap_s) {
    Rest rest(random);
    const double slope = random.log_uniform(4, 80) * kMB / kHour_s;
    Life life = living(random, rest, every(from_s, gap_s),
                       [slope](double since_s, double) { return slope * since_s; });
    life.slope_per_s = slope;
    life.noise_power = rest.power();
    return life;
}
// Each life is shorter than the patience.
Life killed_at_limit(Random& random) {
    const double lasts_s = random.uniform(3, 8) * kHour_s;
    return leaking_lives(random, lasts_s, lasts_s);
}
Life deployed_leak(Random& random) {
    return leaking_lives(random, random.uniform(4, 8) * kHour_s, 8 * kHour_s);
}

// A cache that is filled anew after every deploy.
Life deployed_cache(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.2, 2), tau_s = random.log_uniform(1, 5) * kHour_s;
    const double wave = rest.base * random.log_uniform(.02, .2), gap_h = random.pick(2) == 0 ? 24 : 8;
    return living(random, rest, every(random.uniform(4, 24) * kHour_s, gap_h * kHour_s),
                  [height, tau_s, wave, day = Day(random)](double since_s, double t) {
                      return height * (1 - std::exp(-since_s / tau_s)) + wave * day.at(t);
                  });
}

// Three days, then a deploy; each life warms up for hours under a wave.
Life deployed_service(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.2, 1), tau_s = random.log_uniform(2, 10) * kHour_s;
    const double wave = rest.base * random.log_uniform(.05, .3);
    return living(random, rest, every(random.uniform(1, 3) * 86400, random.uniform(2, 4) * 86400),
                  [height, tau_s, wave, day = Day(random)](double since_s, double t) {
                      return height * (1 - std::exp(-since_s / tau_s)) + wave * day.at(t);
                  });
}

}  // namespace

std::span<const Family> life_families() {
    static constexpr std::array<Family, 4> kFamilies = {{
        {"deployed_cache", Truth::healthy, false, deployed_cache},
        {"deployed_service", Truth::healthy, false, deployed_service},
        {"killed_at_limit", Truth::leak, false, killed_at_limit},
        {"deployed_leak", Truth::leak, false, deployed_leak},
    }};
    return kFamilies;
}

}  // namespace rampwatch::score
