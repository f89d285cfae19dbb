// SPDX-License-Identifier: MIT
#include "core/trend/judge.h"

#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using trend::Judge;
using trend::Settings;

namespace {

constexpr double kMiB = 1024 * 1024;

nanoseconds at(double t_s) { return nanoseconds(std::llround(t_s * 1e9)); }

double seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

Sample sample_at(double t_s, double bytes) {
    Sample sample{.mono = at(t_s), .wall = at(t_s), .rss_bytes = std::llround(bytes)};
    sample.anon_bytes = sample.rss_bytes;
    return sample;
}

using Shape_of_time = std::function<double(double)>;  // bytes at a time in seconds

void feed(Judge& judge, double from_s, double to_s, double step_s, const Shape_of_time& bytes) {
    for (double t = from_s; t < to_s; t += step_s) judge.add(sample_at(t, bytes(t)));
}

// Noise that depends on the time alone, so that every feed of the same shape is the same.
double noise(double t_s) {
    std::mt19937_64 random(static_cast<std::uint64_t>(t_s * 1000) + 1);
    return std::uniform_real_distribution<double>(-1, 1)(random);
}

Settings one_minute() { return {.patience = 60s, .min_growth_bytes = 1 << 20}; }

Claim judged(const Settings& settings, double length_s, double step_s, const Shape_of_time& bytes) {
    Judge judge(settings);
    feed(judge, 0, length_s, step_s, bytes);
    return judge.claim();
}

}  // namespace

TEST_CASE("a straight ramp from the start is suspected, then called a leak at about one patience",
          "[trend]") {
    Judge judge(one_minute());
    double suspected_s = 0, confirmed_s = 0;
    for (double t = 0; t < 120; t += .06) {
        judge.add(sample_at(t, 20 * kMiB + .3 * kMiB * t + .05 * kMiB * noise(t)));
        if (judge.claim() >= Claim::growing && suspected_s == 0) suspected_s = t;
        if (judge.claim() == Claim::leak && confirmed_s == 0) confirmed_s = t;
    }
    CHECK(suspected_s > 10);
    CHECK(suspected_s < 25);
    CHECK(confirmed_s > 55);
    CHECK(confirmed_s < 80);
    const Verdict verdict = judge.verdict();
    CHECK(verdict.claim == Claim::leak);
    CHECK(verdict.leading == Series::memory);
    CHECK(verdict.ever_leak);
    const SeriesVerdict& memory = *verdict.series[index(Series::memory)];
    CHECK(seconds(*memory.detected_at) == Approx(confirmed_s));
    CHECK(seconds(*memory.suspected_at) == Approx(suspected_s));
    CHECK(*memory.slope_per_s == Approx(.3 * kMiB).epsilon(.02));
    CHECK(memory.slope_ci95_per_s->low < *memory.slope_per_s);
    CHECK(seconds(*memory.onset) < 6);
    CHECK(memory.windows_up == memory.windows);
}

TEST_CASE("a stationary sawtooth is never called growth", "[trend]") {
    const auto tooth = [](double t) {
        return 100 * kMiB + 3 * kMiB * std::fmod(t, 7) + .1 * kMiB * noise(t);
    };
    Judge judge(one_minute());
    for (double t = 0; t < 600; t += .06) {
        judge.add(sample_at(t, tooth(t)));
        REQUIRE(judge.claim() < Claim::growing);
    }
    CHECK(judge.claim() == Claim::healthy);
}

TEST_CASE("a plateau after a warm-up is never called a leak", "[trend]") {
    for (const double theta_s : {2.0, 6.0, 15.0, 30.0}) {
        const auto warm = [&](double t) { return 50 * kMiB + 100 * kMiB * (1 - std::exp(-t / theta_s)); };
        Judge judge(one_minute());
        feed(judge, 0, 600, .06, warm);
        INFO("theta " << theta_s);
        CHECK(judge.claim() == Claim::healthy);
        CHECK_FALSE(judge.verdict().ever_leak);
    }
}

TEST_CASE("a single step is never called growth", "[trend]") {
    Judge judge(one_minute());
    for (double t = 0; t < 400; t += .06) {
        judge.add(sample_at(t, (t < 150 ? 40 : 90) * kMiB + .2 * kMiB * noise(t)));
        REQUIRE(judge.claim() < Claim::growing);
    }
}

TEST_CASE("a straight fill that ends before the patience is no leak", "[trend]") {
    Judge judge(one_minute());
    feed(judge, 0, 400, .06, [](double t) { return 30 * kMiB + kMiB * std::min(t, 40.0); });
    CHECK_FALSE(judge.verdict().ever_leak);
    CHECK(judge.claim() == Claim::healthy);
}

TEST_CASE("before one patience nothing is healthy, only undecided", "[trend]") {
    CHECK(judged(one_minute(), 50, .06, [](double) { return 30 * kMiB; }) == Claim::undecided);
    CHECK(judged(one_minute(), 70, .06, [](double) { return 30 * kMiB; }) == Claim::healthy);
}

TEST_CASE("fewer than fifty looks in a patience are not judged", "[trend]") {
    Judge judge(one_minute());
    feed(judge, 0, 600, 1.3, [](double t) { return 20 * kMiB + kMiB * t; });
    CHECK(judge.claim() == Claim::undecided);
    CHECK(judge.verdict().too_sparse);
    Judge enough(one_minute());
    feed(enough, 0, 600, 1.1, [](double t) { return 20 * kMiB + kMiB * t; });
    CHECK(enough.claim() == Claim::leak);
}

TEST_CASE("the verdict on a prefix is what was said while streaming", "[trend]") {
    const auto shape = [](double t) {
        return 60 * kMiB + (t > 150 ? .4 * kMiB * (t - 150) : 0) + kMiB * noise(t) +
               2 * kMiB * std::fmod(t, 5);
    };
    Judge stream(one_minute());
    for (double t = 0; t < 300; t += .1) {
        stream.add(sample_at(t, shape(t)));
        if (std::fmod(t + 1e-9, 25) > .1) continue;
        Judge prefix(one_minute());
        for (double u = 0; u <= t; u += .1) prefix.add(sample_at(u, shape(u)));
        REQUIRE(prefix.verdict() == stream.verdict());
    }
}

TEST_CASE("time and patience scaled alike give the same verdict", "[trend]") {
    const auto shape = [](double t) { return 30 * kMiB + .2 * kMiB * t + .3 * kMiB * noise(t); };
    Judge one(one_minute()), hundred({.patience = 6000s, .min_growth_bytes = 1 << 20});
    for (int i = 0; i < 1500; ++i) {
        const double t = .1 * i;
        one.add(sample_at(t, shape(t)));
        Sample slow = sample_at(t, shape(t));
        slow.mono *= 100;
        hundred.add(slow);
        REQUIRE(one.claim() == hundred.claim());
    }
    const auto a = one.verdict().series[0], b = hundred.verdict().series[0];
    CHECK(a->detected_at->count() * 100 == b->detected_at->count());
    CHECK(*a->slope_per_s == Approx(100 * *b->slope_per_s));
    CHECK(a->evidence.size() == b->evidence.size());
}

TEST_CASE("bytes and smallest growth scaled alike give the same verdict", "[trend]") {
    const auto shape = [](double t) { return 30 * kMiB + .2 * kMiB * t + .3 * kMiB * noise(t); };
    Judge one(one_minute()), eight({.patience = 60s, .min_growth_bytes = 8 << 20});
    for (int i = 0; i < 1500; ++i) {
        one.add(sample_at(.1 * i, std::floor(shape(.1 * i))));
        eight.add(sample_at(.1 * i, 8 * std::floor(shape(.1 * i))));
        REQUIRE(one.claim() == eight.claim());
    }
    CHECK(one.claim() == Claim::leak);
}

TEST_CASE("a hole in the samples neither makes growth nor hides it", "[trend]") {
    const auto outside = [](double t) { return std::fmod(t, 40) > 4; };
    Judge leaking(one_minute()), level(one_minute());
    for (double t = 0; t < 300; t += .06) {
        if (!outside(t)) continue;
        leaking.add(sample_at(t, 20 * kMiB + .3 * kMiB * t));
        level.add(sample_at(t, 20 * kMiB + kMiB * noise(t)));
    }
    CHECK(leaking.claim() == Claim::leak);
    CHECK_FALSE(level.verdict().ever_leak);
}

TEST_CASE("a hole of years costs no more than a new start", "[trend]") {
    Judge judge(one_minute());
    double t = 0;
    for (int i = 0; i < 2000; ++i) judge.add(sample_at(t += 1e5, 20 * kMiB + i * kMiB));
    CHECK(judge.claim() == Claim::undecided);
}

TEST_CASE("a look that is not later than the one before is left out", "[trend]") {
    Judge judge(one_minute());
    judge.add(sample_at(5, kMiB));
    judge.add(sample_at(5, 2 * kMiB));
    judge.add(sample_at(4, 3 * kMiB));
    CHECK(judge.verdict().samples == 1);
    CHECK(judge.verdict().series[0]->last == kMiB);
}

TEST_CASE("absurd values and constant ones are judged without harm", "[trend]") {
    for (const std::int64_t value : {std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
        Judge judge(one_minute());
        for (int i = 0; i < 3000; ++i) {
            judge.add(Sample{.mono = i * 50ms, .rss_bytes = value, .anon_bytes = value, .swap_bytes = value});
        }
        CHECK(judge.claim() == Claim::healthy);
        CHECK(std::isfinite(judge.verdict().series[0]->slope_per_s.value()));
    }
}

TEST_CASE("no look, or one, is undecided", "[trend]") {
    Judge judge(one_minute());
    CHECK(judge.verdict().claim == Claim::undecided);
    CHECK(judge.verdict().samples == 0);
    judge.restart();
    judge.add(sample_at(1, kMiB));
    CHECK(judge.verdict().claim == Claim::undecided);
    CHECK(judge.verdict().lives == 1);
}

TEST_CASE("a minute's buckets are judged like the samples in them", "[trend]") {
    Judge judge({.patience = 9h});
    for (int minute = 1; minute < 28 * 60; ++minute) {
        const double mean = 80e6 + 4.4e6 * minute / 60.0;
        const auto bytes = [](double v) { return static_cast<std::int64_t>(v); };
        Bucket bucket{.mono = minute * 60s, .span = 60s, .count = 60};
        bucket.rss = {bytes(mean - 2e5), bytes(mean + 2e5), bytes(mean), mean};
        bucket.series[0] = bucket.rss;
        judge.add(bucket);
    }
    CHECK(judge.claim() == Claim::leak);
}

TEST_CASE("a thread count that leaks beside memory is called a leak too", "[trend]") {
    Judge judge(one_minute());
    for (double t = 0; t < 100; t += .06) {
        Sample sample = sample_at(t, 5 * kMiB + .3 * kMiB * t);
        sample.threads = 4 + static_cast<int>(20 * t);
        judge.add(sample);
    }
    CHECK(judge.claim(Series::threads) == Claim::leak);
    CHECK(judge.verdict().leading == Series::memory);
}

TEST_CASE("a count that grows alone is suspected, not confirmed, while the process is young", "[trend]") {
    Judge judge(one_minute());
    for (double t = 0; t < 150; t += .06) {
        Sample sample = sample_at(t, 50 * kMiB);
        sample.fds = 10 + static_cast<int>(10 * t);
        judge.add(sample);
    }
    CHECK(judge.claim(Series::fds) == Claim::growing);
    CHECK(judge.claim(Series::memory) == Claim::healthy);
    CHECK(judge.claim() == Claim::growing);
    CHECK(judge.verdict().leading == Series::fds);
}

TEST_CASE("growth that is given back ends the episode, and the next such rise is known", "[trend]") {
    Judge judge(one_minute());
    const auto cycle = [](double t) {
        return 30 * kMiB + .3 * kMiB * std::fmod(t, 100) + .05 * kMiB * noise(t);
    };
    feed(judge, 0, 99, .06, cycle);
    CHECK(judge.claim() == Claim::leak);
    feed(judge, 99, 130, .06, cycle);
    CHECK(judge.claim() == Claim::healthy);
    for (double t = 130; t < 900; t += .06) {
        judge.add(sample_at(t, cycle(t)));
        REQUIRE(judge.claim() != Claim::leak);
    }
    CHECK(judge.verdict().ever_leak);
}

TEST_CASE("a new life begins undecided and keeps what was learned", "[trend]") {
    Judge judge(one_minute());
    feed(judge, 0, 100, .06, [](double t) { return 30 * kMiB + .3 * kMiB * t; });
    REQUIRE(judge.claim() == Claim::leak);
    judge.restart();
    CHECK(judge.claim() == Claim::undecided);
    feed(judge, 110, 200, .06, [](double) { return 30 * kMiB; });
    CHECK(judge.claim() == Claim::healthy);
    CHECK(judge.verdict().ever_leak);
    CHECK(judge.verdict().lives == 2);
}

TEST_CASE("a limit that is minutes away is said without any patience", "[trend]") {
    Judge judge({.patience = 9h});
    bool near = false;
    for (double t = 0; t < 30 * 60; t += 10) {
        Sample sample = sample_at(t, 100 * kMiB + kMiB * t);
        sample.limit = Limit{LimitKind::cgroup_max, 2500LL << 20, sample.rss_bytes};
        judge.add(sample);
        near |= judge.limit_near().has_value();
    }
    CHECK(near);
    CHECK(judge.claim() < Claim::leak);
    REQUIRE(judge.verdict().limit_near);
    CHECK(judge.verdict().limit_near == judge.limit_near());
    CHECK(judge.limit_near()->eta_s == Approx(600).epsilon(.2));
}

TEST_CASE("the forecast of a leak meets the limit where the line does", "[trend]") {
    Judge judge(one_minute());
    for (double t = 0; t < 100; t += .06) {
        Sample sample = sample_at(t, 30 * kMiB + .3 * kMiB * t);
        sample.limit = Limit{LimitKind::given, 160LL << 20, sample.rss_bytes};
        judge.add(sample);
    }
    const auto forecast = judge.verdict().forecast;
    REQUIRE(forecast);
    CHECK(forecast->eta_s == Approx(100 / .3).epsilon(.02));
    CHECK_FALSE(forecast->beyond);
    CHECK(forecast->eta_range_s.low <= forecast->eta_s);
}
