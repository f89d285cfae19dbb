// SPDX-License-Identifier: MIT
// Reproducible on every machine: the standard's distributions differ between libraries.
#pragma once

#include <cmath>
#include <cstdint>

namespace rampwatch::score {

// xoshiro256++ (Blackman and Vigna, public domain algorithm), seeded by splitmix64.
class Random {
  public:
    explicit Random(std::uint64_t seed) {
        for (std::uint64_t& word : state_) {
            seed += 0x9e3779b97f4a7c15ULL;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
            z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
            word = z ^ (z >> 31);
        }
    }

    std::uint64_t bits() {
        const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = rotate(state_[3], 45);
        return result;
    }

    double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }  // [0, 1)
    double uniform(double low, double high) { return low + (high - low) * unit(); }
    double log_uniform(double low, double high) { return low * std::pow(high / low, unit()); }
    int pick(int count) { return static_cast<int>(unit() * count); }
    double exponential(double mean) { return -mean * std::log(1 - unit()); }

    // Mean 0, variance 1, near enough to a Gaussian for noise that is filtered afterwards: four uniforms out
    // of one draw.
    double gauss() {
        const std::uint64_t b = bits();
        const auto sum =
            static_cast<double>((b & 0xffff) + ((b >> 16) & 0xffff) + ((b >> 32) & 0xffff) + (b >> 48));
        return (sum - 2 * 65535.0) * (1 / 37837.2);  // sd of the sum: 65536 / sqrt(12) * 2
    }

  private:
    static std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
    std::uint64_t state_[4]{};
};

// Gaussian noise with an exponential memory of `tau_s`, sampled every `step_s`.
class Wandering {
  public:
    Wandering() = default;
    Wandering(Random& random, double sd, double tau_s, double step_s)
        : keep_(std::exp(-step_s / tau_s)),
          push_(sd * std::sqrt(1 - keep_ * keep_)),
          value_(sd * random.gauss()) {}
    double next(Random& random) { return value_ = keep_ * value_ + push_ * random.gauss(); }

  private:
    double keep_ = 0, push_ = 0, value_ = 0;
};

}  // namespace rampwatch::score
