// SPDX-License-Identifier: MIT
// Programs watched from their exec for three and a half patiences, as a recording of minutes is judged:
// mixtures of what such recordings show. Harsh on purpose: most lives have two or three things at once.
#include <array>
#include <vector>

#include "tests/score/life.h"
#include "tests/score/shapes.h"

namespace rampwatch::score {
namespace {

constexpr double kPatience = kRecordingPatience_s, kStep = kRecordingStep_s;
constexpr double kMiB = 1024 * 1024;
using Part = std::function<double(double)>;

Random own(Random& random) { return Random(random.bits()); }

double after(double t_s, double from_s) { return std::max(0.0, t_s - from_s); }
double grown(double t_s, double theta_s) { return 1 - std::exp(-t_s / theta_s); }

Part loading(Random& random, double exec, double heap) {
    const double theta_s =
        (random.pick(4) == 0 ? random.log_uniform(.05, .4) : random.log_uniform(.002, .05)) * kPatience;
    return [=](double t) { return exec + heap * grown(t, theta_s); };
}

Part noise(Random& random, double size) {
    Wandering wander(random, size * random.log_uniform(.0003, .03), random.log_uniform(.001, .1) * kPatience,
                     kStep);
    return [r = own(random), wander](double) mutable { return wander.next(r); };
}

// A collector's teeth; the heap may still be settling, and not every collection gives all back.
Part collections(Random& random, double size) {
    const double period_s = random.log_uniform(.01, .9) * kPatience;
    const double height = size * random.log_uniform(.05, 1.2), rest = random.uniform(0, .3);
    const double settle_s = random.pick(3) == 0 ? random.log_uniform(.1, 1.5) * kPatience : 1;
    return [=, r = own(random), at_s = 0.0, length_s = period_s](double t) mutable {
        at_s += kStep;
        if (at_s >= length_s) {
            at_s = rest * length_s * r.unit();
            length_s = period_s * r.uniform(.7, 1.3);
        }
        return height * grown(t, settle_s) * at_s / period_s;
    };
}

// An old generation: promoted for long, then collected, again and again; minor teeth on it.
Part promotions(Random& random, double size) {
    const double period_s = random.log_uniform(.3, 1.6) * kPatience,
                 height = size * random.log_uniform(.2, 1.5);
    const double minor_s = random.log_uniform(.005, .1) * kPatience, minor = height * random.uniform(0, .3);
    const bool bends = random.pick(2) == 0;
    return [=, r = own(random), at_s = 0.0, length_s = period_s](double t) mutable {
        at_s += kStep * r.uniform(.6, 1.4);
        if (at_s >= length_s) {
            at_s = length_s * r.uniform(0, .25);
            length_s = period_s * r.uniform(.8, 1.25);
        }
        const double share = at_s / period_s;
        return height * (bends ? grown(1.5 * share, 1) : share) + minor * std::fmod(t, minor_s) / minor_s;
    };
}

Part steps(Random& random, double height, bool rarer) {
    const double slower = rarer ? random.uniform(1.25, 2.2) : 1;
    const double gap_s = (rarer ? random.log_uniform(.03, .4) : random.uniform(.3, 1.4)) * kPatience;
    return [=, r = own(random), next_s = 0.0, gap = gap_s, level = 0.0,
            left = rarer ? 1000 : 3](double t) mutable {
        if (t >= next_s) {
            if (rarer) level += .2 * height * r.uniform(.3, 1.7);
            if (!rarer && t > 0 && left-- > 0) level += height * r.uniform(-.3, 1);
            next_s = t + gap * r.uniform(.5, 1.5);
            gap *= slower;
        }
        return level;
    };
}

// What is bounded and fills.
Part filling(Random& random, double size) {
    const double height = size * random.log_uniform(.05, 2),
                 from_s = random.pick(2) * random.uniform(0, 1.5) * kPatience;
    const double theta_s = random.log_uniform(.1, 2.6) * kPatience,
                 length_s = random.log_uniform(.05, .67) * kPatience;
    const double more = height * random.uniform(.1, 1), more_from_s = random.uniform(.3, 2.5) * kPatience;
    switch (random.pick(7)) {
        case 0:
            return [=](double t) { return height * grown(after(t, from_s), theta_s); };
        case 1:
            return [=](double t) { return height * std::min(1.0, after(t, from_s) / length_s); };
        case 2:
            return [=](double t) {
                return height * grown(after(t, from_s), length_s) +
                       more * grown(after(t, more_from_s), length_s);
            };
        case 3:
            return [=](double t) {
                return height * std::sqrt(std::min(1.0, after(t, from_s) / (2 * length_s)));
            };
        case 4:
            return steps(random, height, true);
        case 5:
            return steps(random, height, false);
        default:
            return promotions(random, size);
    }
}

Part walking(Random& random, double size) {
    Wandering wander(random, size * random.log_uniform(.01, .15), random.log_uniform(.03, 2) * kPatience,
                     kStep);
    const bool ratchet = random.pick(2) == 0;
    return [r = own(random), wander, ratchet, high = 0.0](double) mutable {
        const double now = wander.next(r);
        high = std::max(high, now);
        return ratchet ? high : now;
    };
}

Part waving(Random& random, double size) {
    const double height = size * random.log_uniform(.03, .5),
                 period_s = random.log_uniform(.3, 3) * kPatience;
    const double phase = random.uniform(0, 2 * M_PI);
    return [=](double t) { return height * (.5 - .5 * std::cos(phase + 2 * M_PI * t / period_s)); };
}

Part bursting(Random& random, double size) {
    const double gap_s = random.log_uniform(.05, 1) * kPatience, height = size * random.log_uniform(.05, .8);
    const double decay_s = random.log_uniform(.003, .15) * kPatience;
    return [=, r = own(random), next_s = 0.0, level = 0.0](double t) mutable {
        level *= std::exp(-kStep / decay_s);
        if (t >= next_s) {
            if (t > 0) level += height * r.uniform(.3, 1);
            next_s = t + r.exponential(gap_s);
        }
        return level;
    };
}

// Memory that is never given back, in a line, in steps even or at random, faster and slower, or in bursts.
Part leaking(Random& random, double slope, double onset_s) {
    const double every_s = random.log_uniform(.02, .45) * kPatience, phase = random.uniform(0, 2 * M_PI);
    const double swing = random.uniform(.2, .9), period_s = random.log_uniform(.05, 1) * kPatience;
    const int kind = random.pick(6);
    return [=, r = own(random), level = 0.0, next_s = onset_s + every_s * random.unit()](double t) mutable {
        if (t < onset_s) return 0.0;
        switch (kind) {
            case 0:
            case 1:
                level += slope * kStep;
                break;
            case 2:
                for (; t >= next_s; next_s += every_s) level += slope * every_s;
                break;
            case 3:
                for (; t >= next_s; next_s += r.exponential(every_s))
                    level += slope * every_s * r.uniform(.5, 1.5);
                break;
            case 4:
                level += slope * kStep * (1 + swing * std::sin(phase + 2 * M_PI * t / period_s));
                break;
            default:
                level += slope * kStep * (r.unit() < .2 ? -5 * std::log(1 - r.unit()) : 0);
                break;
        }
        return level;
    };
}

Life recording(Random& random, bool leak) {
    const double exec = random.log_uniform(.3, 8) * kMiB, heap = random.log_uniform(.5, 200) * kMiB;
    const double size = exec + heap;
    std::vector<Part> parts = {loading(random, exec, heap), noise(random, size)};
    if (random.pick(5) >= 2) parts.push_back(collections(random, size));
    if (random.pick(8) > 0 && (!leak || random.pick(2) == 0)) parts.push_back(filling(random, size));
    if (random.pick(3) == 0) parts.push_back(walking(random, size));
    if (random.pick(5) == 0) parts.push_back(waving(random, size));
    if (random.pick(4) == 0) parts.push_back(bursting(random, size));
    Life life;
    if (leak) {
        life.onset_s = random.pick(3) == 0 ? random.uniform(0, 1.2) * kPatience : 0;
        life.slope_per_s = kRecordingGrowth * random.log_uniform(1.6, 150) / (3 * kPatience);
        life.noise_power = 1;
        parts.push_back(leaking(random, life.slope_per_s, life.onset_s));
    }
    life.value = [parts](double t) mutable {
        double sum = 0;
        for (Part& part : parts) sum += part(t);
        return std::max(sum, 1e5);
    };
    return life;
}

Life healthy(Random& random) { return recording(random, false); }
Life leak(Random& random) { return recording(random, true); }

}  // namespace

std::span<const Family> recording_families() {
    static constexpr std::array<Family, 2> kFamilies = {{
        {"recordings", Truth::healthy, false, healthy, false, true},
        {"recorded_leaks", Truth::leak, false, leak, false, true},
    }};
    return kFamilies;
}

}  // namespace rampwatch::score
