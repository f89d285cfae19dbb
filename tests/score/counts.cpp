// SPDX-License-Identifier: MIT
// Threads, goroutines, descriptors; and of goroutines those that have been idle for long.
#include <array>

#include "tests/score/life.h"
#include "tests/score/shapes.h"

namespace rampwatch::score {
namespace {

Random own(Random& random) { return Random(random.bits()); }

// A count about `mean` with the noise of many independent comings and goings.
double noisy(Random& random, double mean, double spread) {
    return std::max(0.0,
                    mean + random.gauss() * std::sqrt(std::max(mean, 0.0) + spread * spread * mean * mean));
}

Life pool(Random& random) {
    const double size = random.log_uniform(20, 500);
    Wandering load(random, size * random.uniform(.03, .3), random.log_uniform(60, 3600), kStep_s);
    return {.value = [r = own(random), size, load](double) mutable { return size + load.next(r); }};
}

Life wave(Random& random) {
    const double height = random.log_uniform(50, 2000);
    return {.value = [r = own(random), day = Day(random), height](double t) mutable {
        return 20 + noisy(r, height * day.at(t), .15);
    }};
}

Life burst(Random& random) {
    const double height = random.log_uniform(50, 2000);
    const double gap_s = random.log_uniform(.5, 12) * kHour_s, decay_s = random.log_uniform(60, 3600);
    return {.value = [r = own(random), height, gap_s, decay_s, next_s = 0.0, level = 0.0](double t) mutable {
        level *= std::exp(-kStep_s / decay_s);
        if (t >= next_s) {
            if (t > 0) level += height * r.uniform(.3, 1);
            next_s = t + r.exponential(gap_s);
        }
        return 30 + noisy(r, level, .05);
    }};
}

Life deploy(Random& random) {
    const double size = random.log_uniform(50, 1000), theta_s = random.log_uniform(300, 2 * kHour_s);
    return {.value = [r = own(random), size, theta_s](double t) mutable {
        return 10 + noisy(r, size * (1 - std::exp(-t / theta_s)), .05);
    }};
}

Life pool_fill(Random& random) {
    const double size = random.log_uniform(20, 500), length_s = random.log_uniform(600, 6 * kHour_s);
    const double start_s = random.pick(2) == 0 ? 0 : random.uniform(0, 10) * 86400;
    return {.value = [r = own(random), size, length_s, start_s](double t) mutable {
        return 10 + std::floor(size * std::clamp((t - start_s) / length_s, 0.0, 1.0));
    }};
}

Life high_water(Random& random) {
    const double size = random.log_uniform(20, 500);
    Wandering load(random, size * .3, random.log_uniform(.2, 6) * kHour_s, kStep_s);
    return {.value = [r = own(random), size, load, high = 0.0](double) mutable {
        high = std::max(high, size + load.next(r));
        return 10 + std::floor(high);
    }};
}

Life sessions(Random& random) {
    const double height = random.log_uniform(50, 2000), lasts_s = random.uniform(1, 8) * kHour_s;
    return {.value = [r = own(random), day = Day(random), height, lasts_s, open = 0.0](double t) mutable {
        open += (height * day.at(t) - open) * kStep_s / lasts_s;
        return 20 + noisy(r, open, .03);
    }};
}

Life leaking(Random& random, double per_hour, bool from_start, bool under_wave) {
    const double slope = per_hour / kHour_s;
    const double onset_s = from_start ? 0 : random.uniform(3, 4) * 86400;
    Wandering load(random, 40, 300, kStep_s);
    const double height = under_wave ? random.log_uniform(50, 1000) : 0;
    Life life{
        .onset_s = onset_s, .slope_per_s = slope, .noise_power = 2 * 40 * 40 * 300, .known = !from_start};
    life.value = [r = own(random), day = Day(random), slope, onset_s, load, height, leaked = 0.0,
                  next_s = onset_s](double t) mutable {
        while (t >= next_s) {
            if (t > onset_s) leaked += 1;
            next_s += r.exponential(1 / slope);
        }
        const double busy = height > 0 ? noisy(r, height * day.at(t), .15) : 0;
        return std::max(10.0, 200 + load.next(r)) + busy + leaked;
    };
    return life;
}

template <int per_hour, bool from_start, bool under_wave>
Life leak(Random& random) {
    return leaking(random, per_hour, from_start, under_wave);
}

// Below: what of a count is left when only those count that have been idle for kAgedAfter_s.

// Requests that last `mean_s` and never run meanwhile: few are still there after kAgedAfter_s.
double share_aged(double mean_s) { return std::exp(-kAgedAfter_s / mean_s); }

// A number of independent ones, in and out at random, about `mean`.
double some(Random& random, double mean) {
    return std::max(0.0, std::round(mean + random.gauss() * std::sqrt(std::max(mean, 0.0))));
}

Life aged_wave(Random& random) {
    const double height = random.log_uniform(50, 2000), lasts_s = random.log_uniform(1, 1800);
    const double idle = random.log_uniform(4, 50);
    return {.value = [r = own(random), day = Day(random), height, lasts_s, idle](double t) mutable {
        return idle + some(r, height * day.at(t - kAgedAfter_s) * share_aged(lasts_s));
    }};
}

Life aged_burst(Random& random) {
    const double height = random.log_uniform(50, 2000), lasts_s = random.log_uniform(10, 3600);
    const double gap_s = random.log_uniform(.5, 12) * kHour_s, idle = random.log_uniform(4, 50);
    return {.value = [r = own(random), height, gap_s, lasts_s, idle, next_s = 0.0,
                      level = 0.0](double t) mutable {
        level *= std::exp(-kStep_s / lasts_s);
        if (t >= next_s) {
            if (t > 0) level += height * r.uniform(.3, 1) * share_aged(lasts_s);
            next_s = t + r.exponential(gap_s);
        }
        return idle + std::round(level);
    }};
}

// Connections that stay open for hours and say nothing: the hard case. `moves`: some day they are all lost,
// as when a load balancer moves them, and open anew one after the other.
Life aged_sessions_of(Random& random, bool moves) {
    const double height = random.log_uniform(50, 2000), lasts_s = random.uniform(1, 8) * kHour_s;
    const double quiet = random.uniform(.1, 1);  // of them say nothing for so long
    const double moved_s = moves ? random.uniform(3.5, 12) * 86400 : -1;
    return {.value = [r = own(random), day = Day(random), height, lasts_s, quiet, moved_s, open = 0.0,
                      last_s = 0.0](double t) mutable {
        if (last_s < moved_s && t >= moved_s) open = 0;
        last_s = t;
        open += (height * day.at(t - kAgedAfter_s) - open) * kStep_s / lasts_s;
        return 10 + std::round(noisy(r, open * quiet * share_aged(lasts_s), .01));
    }};
}
Life aged_sessions(Random& random) { return aged_sessions_of(random, false); }
Life aged_moved(Random& random) { return aged_sessions_of(random, true); }

Life aged_pool_fill(Random& random) {
    const double size = random.log_uniform(20, 500), length_s = random.log_uniform(600, 6 * kHour_s);
    const double start_s = random.pick(2) == 0 ? 0 : random.uniform(0, 10) * 86400;
    return {.value = [size, length_s, start_s](double t) {
        return 10 + std::floor(size * std::clamp((t - start_s - kAgedAfter_s) / length_s, 0.0, 1.0));
    }};
}

// A pool that grows with the load and is idle above it.
Life aged_high_water(Random& random) {
    const double size = random.log_uniform(20, 500);
    Wandering load(random, size * .3, random.log_uniform(.2, 6) * kHour_s, kStep_s);
    return {.value = [r = own(random), size, load, high = 0.0](double) mutable {
        const double now = size + load.next(r);
        high = std::max(high, now);
        return 10 + std::floor(std::max(high - now, 0.0));
    }};
}

Life aged_leaking(Random& random, double per_hour, bool from_start) {
    const double slope = per_hour / kHour_s, idle = random.log_uniform(4, 50);
    const double onset_s = from_start ? 0 : random.uniform(3, 4) * 86400;
    Life life{.onset_s = onset_s, .slope_per_s = slope, .noise_power = 1, .known = !from_start};
    life.value = [r = own(random), slope, idle, leaked = 0.0,
                  next_s = onset_s + kAgedAfter_s](double t) mutable {
        for (; t >= next_s; next_s += r.exponential(1 / slope)) leaked += 1;
        return idle + some(r, 2) + leaked;
    };
    return life;
}

template <int per_hour, bool from_start>
Life aged_leak(Random& random) {
    return aged_leaking(random, per_hour, from_start);
}

}  // namespace

std::span<const Family> aged_families() {
    static constexpr std::array<Family, 12> kFamilies = {{
        {"a_wave", Truth::healthy, true, aged_wave, true},
        {"a_burst", Truth::healthy, true, aged_burst, true},
        {"a_sessions", Truth::healthy, true, aged_sessions, true},
        {"a_moved", Truth::healthy, true, aged_moved, true},
        {"a_pool_fill", Truth::healthy, true, aged_pool_fill, true},
        {"a_high_water", Truth::healthy, true, aged_high_water, true},
        {"a_leak_40", Truth::leak, true, aged_leak<40, false>, true},
        {"a_leak_100", Truth::leak, true, aged_leak<100, false>, true},
        {"a_leak_400", Truth::leak, true, aged_leak<400, false>, true},
        {"a_start_40", Truth::leak, true, aged_leak<40, true>, true},
        {"a_start_100", Truth::leak, true, aged_leak<100, true>, true},
        {"a_start_400", Truth::leak, true, aged_leak<400, true>, true},
    }};
    return kFamilies;
}

std::span<const Family> count_families() {
    static constexpr std::array<Family, 16> kFamilies = {{
        {"n_pool", Truth::healthy, true, pool},
        {"n_wave", Truth::healthy, true, wave},
        {"n_burst", Truth::healthy, true, burst},
        {"n_deploy", Truth::healthy, true, deploy},
        {"n_pool_fill", Truth::healthy, true, pool_fill},
        {"n_high_water", Truth::healthy, true, high_water},
        {"n_sessions", Truth::healthy, true, sessions},
        {"n_leak_40", Truth::leak, true, leak<40, false, false>},
        {"n_leak_100", Truth::leak, true, leak<100, false, false>},
        {"n_leak_400", Truth::leak, true, leak<400, false, false>},
        {"n_start_40", Truth::leak, true, leak<40, true, false>},
        {"n_start_100", Truth::leak, true, leak<100, true, false>},
        {"n_start_400", Truth::leak, true, leak<400, true, false>},
        {"n_wave_leak_40", Truth::leak, true, leak<40, false, true>},
        {"n_wave_leak_100", Truth::leak, true, leak<100, false, true>},
        {"n_wave_leak_400", Truth::leak, true, leak<400, false, true>},
    }};
    return kFamilies;
}

}  // namespace rampwatch::score
