// SPDX-License-Identifier: MIT
// The first days after a deploy: what is bounded and fills as the day's traffic comes.
#include <array>
#include <vector>

#include "tests/score/life.h"
#include "tests/score/shapes.h"

namespace rampwatch::score {
namespace {

Random own(Random& random) { return Random(random.bits()); }

// A day's traffic about 1, never quite nothing.
struct Traffic {
    explicit Traffic(Random& random) : day(random), night(random.log_uniform(.05, .6)) {
        for (int i = 0; i < 7 * 24; ++i) mean += (night + (1 - night) * day.at(i * kHour_s)) / (7 * 24);
    }
    [[nodiscard]] double at(double t_s) const { return (night + (1 - night) * day.at(t_s)) / mean; }
    Day day;
    double night;
    double mean = 0;
};

// Filled in a step: as fast as there is traffic, and as there is still something missing.
struct Fill {
    Fill(Random& random, double size_of_all, double days)
        : traffic(random), size(size_of_all), tau_s(days * 86400 / 3) {}  // 95 % after `days`
    double next(double t_s) {
        filled += (size - filled) * (1 - std::exp(-kStep_s * traffic.at(t_s) / tau_s));
        return filled;
    }
    Traffic traffic;
    double size, tau_s;
    double filled = 0;
};

Life traffic_fill(Random& random) {
    Rest rest(random);
    Fill fill(random, random.log_uniform(120, 900) * kMB, random.log_uniform(1, 7));
    return {.value = [r = own(random), rest, fill](double t) mutable { return rest.next(r) + fill.next(t); }};
}

Life wave_warm_up(Random& random) {
    Rest rest(random, random.log_uniform(60, 400) * kMB);
    const double height = random.log_uniform(100, 600) * kMB, tau_s = random.uniform(3, 10) * kHour_s;
    const double wave = random.uniform(8, 24) * kMB;
    return {.value = [r = own(random), rest, height, tau_s, wave, day = Day(random)](double t) mutable {
        return rest.next(r) + height * (1 - std::exp(-t / tau_s)) + wave * day.at(t);
    }};
}

// Workers that leak a little and are replaced at a size: bounded all the same.
Life recycled_members(Random& random) {
    constexpr int kMembers = 32;
    Rest rest(random);
    const double period_s = random.log_uniform(1, 16) * kHour_s,
                 height = rest.base * random.log_uniform(.1, 2);
    std::vector<double> at_s(kMembers), length_s(kMembers);
    const bool together = random.pick(2) == 0;  // all were started at once
    for (int i = 0; i < kMembers; ++i) {
        length_s[static_cast<std::size_t>(i)] = period_s * random.uniform(.7, 1.3);
        at_s[static_cast<std::size_t>(i)] =
            together ? 0 : random.uniform(0, length_s[static_cast<std::size_t>(i)]);
    }
    return {.value = [r = own(random), rest, period_s, height, at_s, length_s](double) mutable {
        double sum = 0;
        for (std::size_t i = 0; i < at_s.size(); ++i) {
            at_s[i] += kStep_s;
            if (at_s[i] >= length_s[i]) {
                at_s[i] = 0;
                length_s[i] = period_s * r.uniform(.7, 1.3);
            }
            sum += at_s[i] / period_s;
        }
        return rest.next(r) + height * sum / kMembers;
    }};
}

// Arenas, pools of buffers: each step comes later than the one before.
Life rarer_steps(Random& random) {
    Rest rest(random);
    const double step = rest.base * random.log_uniform(.03, .3), slower = random.uniform(1.25, 2.2);
    const double gap_s = random.log_uniform(.2, 3) * kHour_s;
    return {.value = [r = own(random), rest, step, slower, gap_s = gap_s, next_s = 0.0,
                      level = 0.0](double t) mutable {
        if (t >= next_s) {
            level += step * r.uniform(.3, 1.7);
            next_s = t + gap_s * r.uniform(.5, 1.5);
            gap_s *= slower;
        }
        return rest.next(r) + level;
    }};
}

// Survivors are promoted while there is traffic, and collected much later.
Life promotion(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.2, 1.5);
    const double days = random.uniform(.15, .8);  // between two collections, at the usual traffic
    return {.value = [r = own(random), rest, height, days, traffic = Traffic(random),
                      old = 0.0](double t) mutable {
        old += kStep_s / 86400 / days * traffic.at(t) * r.uniform(.5, 1.5);
        if (old >= 1) old = r.uniform(0, .1);
        return rest.next(r) + height * old;
    }};
}

// Threads, or connections, up to a bound.
Life count_pool(Random& random) {
    Fill fill(random, random.log_uniform(60, 1000), random.log_uniform(1, 5));
    return {.value = [fill](double t) mutable { return 20 + std::floor(fill.next(t)); }};
}

}  // namespace

std::span<const Family> traffic_families() {
    static constexpr std::array<Family, 6> kFamilies = {{
        {"traffic_fill", Truth::healthy, false, traffic_fill},
        {"wave_warm_up", Truth::healthy, false, wave_warm_up},
        {"recycled_members", Truth::healthy, false, recycled_members},
        {"rarer_steps", Truth::healthy, false, rarer_steps},
        {"promotion", Truth::healthy, false, promotion},
        {"n_traffic_pool", Truth::healthy, true, count_pool},
    }};
    return kFamilies;
}

}  // namespace rampwatch::score
