// SPDX-License-Identifier: MIT
// Families that no figure of the Judge was chosen on. They are shown beside the others, and stay out of every
// tuning.
#include <array>
#include <vector>

#include "tests/score/life.h"
#include "tests/score/shapes.h"

namespace rampwatch::score {
namespace {

Random own(Random& random) { return Random(random.bits()); }

// A job every night, of an hour or three.
Life nightly_batch(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.2, 2), lasts_s = random.uniform(.5, 3) * kHour_s;
    const double at_s = random.uniform(0, 86400);
    return {.value = [r = own(random), rest, height, lasts_s, at_s](double t) mutable {
        const double since_s = std::fmod(t + at_s, 86400);
        return rest.next(r) + (since_s < lasts_s ? height * std::min(1.0, since_s / (.3 * lasts_s)) : 0);
    }};
}

// Levels that hold for hours and change at random: a working set that moves.
Life regimes(Random& random) {
    Rest rest(random);
    const double spread = rest.base * random.log_uniform(.05, .5),
                 holds_s = random.log_uniform(1, 24) * kHour_s;
    return {.value = [r = own(random), rest, spread, holds_s, until_s = 0.0, level = 0.0](double t) mutable {
        if (t >= until_s) {
            level = spread * r.unit();
            until_s = t + r.exponential(holds_s);
        }
        return rest.next(r) + level;
    }};
}

// Arenas kept at the high-water mark of concurrency, with heavy tails: steps that become rarer.
Life arenas(Random& random) {
    Rest rest(random);
    const double step = rest.base * random.log_uniform(.02, .2), gap_s = random.log_uniform(.2, 4) * kHour_s;
    return {.value = [r = own(random), rest, step, gap_s, next_s = 0.0, high = 0.0](double t) mutable {
        if (t >= next_s) {
            high = std::max(high, step * std::pow(1 - r.unit(), -.4));
            next_s = t + r.exponential(gap_s);
        }
        return rest.next(r) + high;
    }};
}

// A collector whose teeth change their size and period from day to day.
Life moody_collector(Random& random) {
    Rest rest(random);
    const double period_s = random.log_uniform(.1, 6) * kHour_s,
                 height = rest.base * random.log_uniform(.1, 1);
    Wandering mood(random, .4, random.log_uniform(6, 48) * kHour_s, kStep_s);
    return {.value = [r = own(random), rest, period_s, height, mood, at = 0.0](double) mutable {
        const double factor = std::exp(mood.next(r));
        at += kStep_s / (period_s * factor);
        if (at >= 1) at = 0;
        return rest.next(r) + height * factor * at;
    }};
}

// A daily wave, on it a slow walk of the load, and weekends.
Life busy_service(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.05, .4);
    Wandering load(random, .25, random.log_uniform(2, 24) * kHour_s, kStep_s);
    return {.value = [r = own(random), rest, day = Day(random), height, load](double t) mutable {
        return rest.next(r) + height * day.at(t) * std::exp(load.next(r));
    }};
}

// Policy: straight for longer than the patience, or without any bound that can be seen.
Life long_fill(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.1, 2), length_s = random.uniform(8, 72) * kHour_s;
    return {.value = [r = own(random), rest, height, length_s](double t) mutable {
        return rest.next(r) + height * std::min(1.0, t / length_s);
    }};
}
Life log_growth(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.05, .5), theta_s = random.uniform(1, 10) * kHour_s;
    return {.value = [r = own(random), rest, height, theta_s](double t) mutable {
        return rest.next(r) + height * std::log1p(t / theta_s);
    }};
}
Life straight_morning(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.1, .6), rise_s = random.uniform(3, 10) * kHour_s;
    const double phase_s = random.uniform(0, 86400);
    return {.value = [r = own(random), rest, height, rise_s, phase_s](double t) mutable {
        const double s = std::fmod(t + phase_s, 86400) - 6 * kHour_s;
        return rest.next(r) +
               height * std::clamp(std::min(s / rise_s, (16 * kHour_s - s) / (3 * kHour_s)), 0.0, 1.0);
    }};
}
Life slow_collector(Random& random) {
    Rest rest(random);
    Teeth teeth(random, random.uniform(10, 60) * kHour_s, rest.base * random.log_uniform(.2, 2));
    return {.value = [r = own(random), rest, teeth](double) mutable { return rest.next(r) + teeth.next(r); }};
}

// Leaks.
struct Leak {
    explicit Leak(Random& random, double low = .7, double high = 40)
        : slope(random.log_uniform(low, high) * kMB / kHour_s),
          onset_s(random.pick(2) == 0 ? 0 : random.uniform(3, 4) * 86400) {}
    [[nodiscard]] double at(double t_s) const { return slope * std::max(0.0, t_s - onset_s); }
    [[nodiscard]] Life life(double power) const {
        return {.onset_s = onset_s, .slope_per_s = slope, .noise_power = power, .known = onset_s > 0};
    }
    double slope, onset_s;
};

// A heap that grows in a few large steps.
Life few_steps(Random& random) {
    Rest rest(random);
    const Leak leak(random);
    const double every_s = random.uniform(3, 10) * kHour_s, step = leak.slope * every_s;
    Life life = leak.life(rest.power() + step * step * every_s / 12);
    life.value = [r = own(random), rest, leak, every_s, step, next_s = leak.onset_s + every_s * .5,
                  level = 0.0](double t) mutable {
        if (t >= next_s) {
            const double factor = r.uniform(.6, 1.4);
            level += step * factor;
            next_s += every_s * factor;
        }
        return rest.next(r) + level;
    };
    return life;
}

// A floor that rises under swings as large as the rise.
Life under_swings(Random& random) {
    Rest rest(random);
    const Leak leak(random, .7, 10);
    Teeth teeth(random, random.log_uniform(.5, 6) * kHour_s, rest.base * random.log_uniform(.3, 1.5));
    Life life = leak.life(rest.power() + rest.sd * rest.sd * teeth.period_s);
    life.value = [r = own(random), rest, leak, teeth](double t) mutable {
        return rest.next(r) + teeth.next(r) * r.uniform(.95, 1) + leak.at(t);
    };
    return life;
}

// A slow leak in noise that wanders for hours.
Life in_noise(Random& random) {
    Rest rest(random);
    const Leak leak(random, .7, 10);
    const double sd = rest.base * random.log_uniform(.01, .05), tau_s = random.log_uniform(.5, 4) * kHour_s;
    Wandering slow(random, sd, tau_s, kStep_s);
    Life life = leak.life(rest.power() + 2 * sd * sd * tau_s);
    life.value = [r = own(random), rest, leak, slow](double t) mutable {
        return rest.next(r) + slow.next(r) + leak.at(t);
    };
    return life;
}

// As much as there is load: hardly at night, less at weekends.
Life by_load(Random& random) {
    Rest rest(random);
    const Leak leak(random);
    Life life = leak.life(rest.power());
    life.value = [r = own(random), rest, leak, day = Day(random), leaked = 0.0](double t) mutable {
        if (t >= leak.onset_s) leaked += leak.slope * kStep_s * 2 * (.05 + .95 * day.at(t));
        return rest.next(r) + leaked;
    };
    return life;
}

// Faster and faster: twice the slope after a week.
Life accelerating(Random& random) {
    Rest rest(random);
    const Leak leak(random);
    Life life = leak.life(rest.power());
    life.value = [r = own(random), rest, leak](double t) mutable {
        const double since_s = std::max(0.0, t - leak.onset_s);
        return rest.next(r) + leak.slope * since_s * (1 + since_s / (14 * 86400));
    };
    return life;
}

// Caches are flushed twice a day; the leak goes on.
Life with_drops(Random& random) {
    Rest rest(random);
    const Leak leak(random);
    Teeth cache(random, random.uniform(8, 14) * kHour_s, rest.base * random.log_uniform(.05, .4));
    Life life = leak.life(rest.power());
    life.value = [r = own(random), rest, leak, cache](double t) mutable {
        return rest.next(r) + cache.next(r) + leak.at(t);
    };
    return life;
}

}  // namespace

std::span<const Family> unseen_families() {
    static constexpr std::array<Family, 15> kFamilies = {{
        {"nightly_batch", Truth::healthy, false, nightly_batch},
        {"regimes", Truth::healthy, false, regimes},
        {"arenas", Truth::healthy, false, arenas},
        {"moody_collector", Truth::healthy, false, moody_collector},
        {"busy_service", Truth::healthy, false, busy_service},
        {"long_fill", Truth::policy, false, long_fill},
        {"log_growth", Truth::policy, false, log_growth},
        {"straight_morning", Truth::policy, false, straight_morning},
        {"slow_collector", Truth::policy, false, slow_collector},
        {"few_steps", Truth::leak, false, few_steps},
        {"under_swings", Truth::leak, false, under_swings},
        {"in_noise", Truth::leak, false, in_noise},
        {"by_load", Truth::leak, false, by_load},
        {"accelerating", Truth::leak, false, accelerating},
        {"with_drops", Truth::leak, false, with_drops},
    }};
    return kFamilies;
}

}  // namespace rampwatch::score
