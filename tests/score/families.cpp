// SPDX-License-Identifier: MIT
// Memory: healthy families and leaks. Parameters are drawn a life, over orders of magnitude where a program's
// do vary by orders of magnitude.
#include <array>
#include <vector>

#include "tests/score/life.h"
#include "tests/score/shapes.h"

namespace rampwatch::score {
namespace {

using Value = std::function<double(double)>;

// Every life owns its random numbers, so that lives do not depend on each other.
Random own(Random& random) { return Random(random.bits()); }

Life healthy(Value value) { return {.value = std::move(value)}; }

Life flat(Random& random) {
    return healthy([r = own(random), rest = Rest(random)](double) mutable { return rest.next(r); });
}

Life filling(Random& random, double theta_s) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.1, 2);
    return healthy([r = own(random), rest, height, theta_s](double t) mutable {
        return rest.next(r) + height * (1 - std::exp(-t / theta_s));
    });
}
Life warm_up(Random& random) { return filling(random, random.log_uniform(300, 4 * kHour_s)); }
Life slow_cache(Random& random) { return filling(random, random.log_uniform(4, 24) * kHour_s); }

Life line_between(Random& random, double length_s) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.1, 2);
    const double start_s = random.pick(2) == 0 ? 0 : random.uniform(0, 10 * 86400);
    return healthy([r = own(random), rest, height, start_s, length_s](double t) mutable {
        return rest.next(r) + height * std::clamp((t - start_s) / length_s, 0.0, 1.0);
    });
}
Life line_fill(Random& random) { return line_between(random, random.log_uniform(600, 6 * kHour_s)); }

Life sawtooth(Random& random) {
    Rest rest(random);
    const double period_s = random.log_uniform(60, 6 * kHour_s);
    Teeth teeth(random, period_s, rest.base * random.log_uniform(.05, 1.5));
    return healthy([r = own(random), rest, teeth](double) mutable { return rest.next(r) + teeth.next(r); });
}

Life two_level(Random& random) {
    Rest rest(random);
    Teeth minor(random, random.log_uniform(30, 600), rest.base * random.log_uniform(.05, .5));
    Teeth major(random, random.log_uniform(.5, 12) * kHour_s, rest.base * random.log_uniform(.1, 1));
    return healthy([r = own(random), rest, minor, major](double) mutable {
        return rest.next(r) + minor.next(r) + major.next(r);
    });
}

Life diurnal(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.03, .6);
    return healthy([r = own(random), rest, day = Day(random), height](double t) mutable {
        return rest.next(r) + height * day.at(t);
    });
}

// No day is like the one before.
Life uneven_days(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.03, .6), spread = random.uniform(.05, .4);
    return healthy([r = own(random), rest, day = Day(random), height, spread, today = -1,
                    factor = 1.0](double t) mutable {
        const int number =
            static_cast<int>((t + day.phase_s + 20 * kHour_s) / 86400);  // changes in the trough
        if (number != today) factor = 1 + spread * r.uniform(-1, 1);
        today = number;
        return rest.next(r) + height * factor * day.at(t);
    });
}

struct Steps {
    std::vector<double> at_s{}, height{};
    [[nodiscard]] double at(double t_s) const {
        double sum = 0;
        for (std::size_t i = 0; i < at_s.size(); ++i) sum += t_s >= at_s[i] ? height[i] : 0;
        return sum;
    }
};

Life steps(Random& random) {
    Rest rest(random);
    Steps steps;
    const int count = 1 + random.pick(3);
    for (int i = 0; i < count; ++i) {
        steps.at_s.push_back(random.uniform(0, kLength_s));
        steps.height.push_back(rest.base * random.log_uniform(.05, .7));
    }
    return healthy([r = own(random), rest, steps](double t) mutable { return rest.next(r) + steps.at(t); });
}

Life walk(Random& random) {
    Rest rest(random);
    Wandering slow(random, rest.base * random.log_uniform(.02, .2), random.log_uniform(1, 24) * kHour_s,
                   kStep_s);
    return healthy([r = own(random), rest, slow](double) mutable {
        return std::max(rest.next(r) + slow.next(r), .2 * rest.base);
    });
}

Life ratchet(Random& random) {
    Rest rest(random);
    Wandering demand(random, rest.base * random.log_uniform(.02, .2), random.log_uniform(.2, 6) * kHour_s,
                     kStep_s);
    const double wave = random.pick(2) == 0 ? 0 : rest.base * random.log_uniform(.05, .4);
    return healthy([r = own(random), rest, demand, day = Day(random), wave, high = 0.0](double t) mutable {
        high = std::max(high, demand.next(r) + wave * day.at(t));
        return rest.next(r) + high;
    });
}

Life bursts(Random& random) {
    Rest rest(random);
    const double mean_gap_s = random.log_uniform(.5, 12) * kHour_s;
    const double scale = rest.base * random.log_uniform(.1, 1.5);
    const double decay_s = random.log_uniform(60, kHour_s);
    return healthy(
        [r = own(random), rest, mean_gap_s, scale, decay_s, next_s = 0.0, level = 0.0](double t) mutable {
            level *= std::exp(-kStep_s / decay_s);
            if (t >= next_s) {
                if (t > 0) level += scale * r.uniform(.3, 1);
                next_s = t + r.exponential(mean_gap_s);
            }
            return rest.next(r) + level;
        });
}

// A leak on top of what `under` does.
Life leaking(Random& random, bool from_start, double power, Value under) {
    const double slope = random.log_uniform(.7, 40) * kMB / kHour_s;
    const double onset_s = from_start ? 0 : random.uniform(3, 4) * 86400;
    return {.onset_s = onset_s,
            .slope_per_s = slope,
            .noise_power = power,
            .known = !from_start,
            .value = [under = std::move(under), slope, onset_s](double t) {
                return under(t) + slope * std::max(0.0, t - onset_s);
            }};
}

Life ramp(Random& random, bool from_start) {
    Rest rest(random);
    return leaking(random, from_start, rest.power(),
                   [r = own(random), rest](double) mutable { return rest.next(r); });
}
Life ramp_later(Random& random) { return ramp(random, false); }
Life ramp_from_start(Random& random) { return ramp(random, true); }

Life sawtooth_ramp(Random& random) {
    Rest rest(random);
    const double period_s = random.log_uniform(60, 6 * kHour_s);
    Teeth teeth(random, period_s, rest.base * random.log_uniform(.05, 1.5));
    return leaking(random, false, rest.power() + rest.sd * rest.sd * period_s,
                   [r = own(random), rest, teeth](double) mutable { return rest.next(r) + teeth.next(r); });
}

Life staircase(Random& random) {
    Rest rest(random);
    const double every_s = random.log_uniform(300, 3 * kHour_s);
    Life life = leaking(random, false, 0, {});
    const double height = life.slope_per_s * every_s;
    life.noise_power = rest.power() + height * height * every_s / 12;
    life.value = [r = own(random), rest, every_s, height, next_s = life.onset_s + every_s * random.unit(),
                  level = 0.0](double t) mutable {
        if (t >= next_s) {
            level += height;
            next_s += every_s * r.uniform(.8, 1.2);
        }
        return rest.next(r) + level;
    };
    return life;
}

Life diurnal_ramp(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.03, .6);
    return leaking(random, false, rest.power(),
                   [r = own(random), rest, day = Day(random), height](double t) mutable {
                       return rest.next(r) + height * day.at(t);
                   });
}

Life warm_ramp(Random& random) {
    Rest rest(random);
    const double height = rest.base * random.log_uniform(.1, 2);
    const double theta_s = random.log_uniform(300, 4 * kHour_s);
    return leaking(random, true, rest.power(), [r = own(random), rest, height, theta_s](double t) mutable {
        return rest.next(r) + height * (1 - std::exp(-t / theta_s));
    });
}

Life story(Random& random) {
    Rest rest(random, 80 * kMB);
    rest.sd = 1.5 * kMB;
    rest.tau_s = 120;
    rest.noise = Wandering(random, rest.sd, rest.tau_s, kStep_s);
    const double slope = 4.4 * kMB / kHour_s;
    return {.onset_s = 0,
            .slope_per_s = slope,
            .noise_power = rest.power(),
            .value = [r = own(random), rest, slope](double t) mutable { return rest.next(r) + slope * t; }};
}

}  // namespace

std::span<const Family> memory_families() {
    static constexpr std::array<Family, 19> kFamilies = {{
        {"flat", Truth::healthy, false, flat},
        {"warm_up", Truth::healthy, false, warm_up},
        {"slow_cache", Truth::healthy, false, slow_cache},
        {"line_fill", Truth::healthy, false, line_fill},
        {"sawtooth", Truth::healthy, false, sawtooth},
        {"two_level_gc", Truth::healthy, false, two_level},
        {"diurnal", Truth::healthy, false, diurnal},
        {"uneven_days", Truth::healthy, false, uneven_days},
        {"steps", Truth::healthy, false, steps},
        {"walk", Truth::healthy, false, walk},
        {"ratchet", Truth::healthy, false, ratchet},
        {"bursts", Truth::healthy, false, bursts},
        {"story", Truth::leak, false, story},
        {"ramp", Truth::leak, false, ramp_later},
        {"sawtooth_ramp", Truth::leak, false, sawtooth_ramp},
        {"staircase", Truth::leak, false, staircase},
        {"diurnal_ramp", Truth::leak, false, diurnal_ramp},
        {"ramp_from_start", Truth::leak, false, ramp_from_start},
        {"warm_up_ramp", Truth::leak, false, warm_ramp},
    }};
    return kFamilies;
}

}  // namespace rampwatch::score
