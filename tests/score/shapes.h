// SPDX-License-Identifier: MIT
// What lives are put together from. All times in seconds, all sizes in bytes.
#pragma once

#include <algorithm>
#include <cmath>

#include "tests/score/life.h"
#include "tests/score/random.h"

namespace rampwatch::score {

// A process at rest: a base and noise on it. It begins as the few megabytes that an exec leaves and loads the
// rest of its base within seconds or minutes.
struct Rest {
    explicit Rest(Random& random) : Rest(random, random.log_uniform(60, 1500) * kMB) {}
    Rest(Random& random, double base_bytes)
        : base(base_bytes),
          sd(random.log_uniform(.1, 5) * kMB * std::sqrt(base_bytes / (200 * kMB))),
          tau_s(random.log_uniform(15, 1800)),
          noise(random, sd, tau_s, kStep_s),
          exec(random.log_uniform(1, 8) * kMB),
          to_load(base_bytes - exec),
          keep(std::exp(-kStep_s / random.log_uniform(3, 400))) {}
    double next(Random& random) {
        to_load *= keep;
        return std::max(base - to_load + noise.next(random), exec);
    }
    [[nodiscard]] double power() const { return 2 * sd * sd * std::max(tau_s, kStep_s / 2); }

    double base, sd, tau_s;
    Wandering noise;
    double exec, to_load, keep;
};

// Memory that fills between collections. Heights in bytes above the floor.
struct Teeth {
    Teeth(Random& random, double period, double height_bytes)
        : period_s(period), height(height_bytes), length_s(period * random.uniform(.8, 1.2)) {
        at_s = random.uniform(0, length_s);
    }
    double next(Random& random) {
        at_s += kStep_s;
        if (at_s >= length_s) {
            at_s -= length_s;
            if (at_s > period_s) at_s = 0;
            length_s = std::max(period_s * random.uniform(.85, 1.15), kStep_s);
        }
        return height * at_s / length_s;
    }

    double period_s, height, length_s, at_s = 0;
};

// A daily wave of 0 to 1, weaker at weekends.
struct Day {
    explicit Day(Random& random)
        : shape(random.pick(4)),
          phase_s(random.uniform(0, 86400)),
          weekday(random.pick(7)),
          weekend(random.uniform(.3, .9)),
          ramp_s(random.uniform(1, 3) * kHour_s) {}
    [[nodiscard]] double at(double t_s) const {
        const double local_s = t_s + phase_s;
        const int day = static_cast<int>(local_s / 86400);
        const double hour = std::fmod(local_s, 86400) / kHour_s;
        const double scale = (day + weekday) % 7 >= 5 ? weekend : 1;
        return scale * wave(hour);
    }
    [[nodiscard]] double wave(double hour) const {
        const double turn = 2 * M_PI * (hour - 4) / 24;  // the trough is at four
        switch (shape) {
            case 0:
                return .5 - .5 * std::cos(turn);
            case 1:
                return std::max(0.0, -std::cos(turn));
            case 2: {  // up in the morning, level through the day, down in the evening
                const double ramp = ramp_s / kHour_s;
                return std::clamp(std::min((hour - 7) / ramp, (20 - hour) / ramp), 0.0, 1.0);
            }
            default:  // two humps
                return std::max(0.0, .6 - .55 * std::cos(turn) - .25 * std::cos(2 * turn)) / 1.0;
        }
    }

    int shape;
    double phase_s;
    int weekday;
    double weekend, ramp_s;
};

}  // namespace rampwatch::score
