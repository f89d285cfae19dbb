// SPDX-License-Identifier: MIT
// At patiences of hours a day speaks twice; and several lives are one long rise.
#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "core/trend/judge.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using trend::Judge;

namespace {

constexpr double kMiB = 1024 * 1024, kHour = 3600;
using Bytes = std::function<double(double)>;

nanoseconds at(double t_s) { return nanoseconds(std::llround((t_s + 1) * 1e9)); }

// Deterministic and never the same twice: the fraction of a multiple of the golden ratio.
double noise(double t_s) { return std::fmod(t_s * .6180339887, 1) - .5; }

struct Watched {
    explicit Watched(const trend::Settings& settings = {}) : judge(settings) {}

    // A look each minute from `from_s` on; hours at which each claim was first made since.
    void look(double t_s, double bytes, std::optional<std::int64_t> goroutines = {},
              std::optional<Limit> limit = {}) {
        Sample sample{.mono = at(t_s), .wall = at(t_s), .rss_bytes = std::llround(bytes)};
        sample.anon_bytes = sample.rss_bytes;
        sample.age = at(t_s - began_s);
        sample.goroutines = goroutines;
        sample.limit = limit;
        judge.add(sample);
        if (judge.claim() >= Claim::growing && !growing_h) growing_h = t_s / kHour;
        if (judge.claim() == Claim::leak && !leak_h) leak_h = t_s / kHour;
        if (judge.limit_near() && !near_h) near_h = t_s / kHour;
    }
    void feed(double hours, const Bytes& bytes) {
        for (double t = 0; t < hours * kHour; t += 60) look(t, bytes(t));
    }
    void restart(double t_s) {
        judge.restart();
        began_s = t_s;
    }

    Judge judge;
    double began_s = 0;
    std::optional<double> growing_h{}, leak_h{}, near_h{};
};

double story(double t) { return (80 + 4.2 * t / kHour + noise(t)) * kMiB; }

// Full to 95 % after three days of this traffic.
struct Cache {
    double filled = 0;
    double operator()(double t) {
        const double traffic = 1 - .9 * std::cos(2 * M_PI * (t / 86400 - .2));
        filled += (400 - filled) * 60 * traffic / 86400;
        return (100 + filled + noise(t)) * kMiB;
    }
};

}  // namespace

TEST_CASE("a leak from the start is growing within hours and confirmed by memory alone on the second day",
          "[trend]") {
    Watched watched;
    watched.feed(30, story);
    REQUIRE(watched.growing_h);
    CHECK(*watched.growing_h < 5);
    REQUIRE(watched.leak_h);
    CHECK(*watched.leak_h > 24);
    CHECK(*watched.leak_h < 28);
}

TEST_CASE(
    "a rise in a process long level is confirmed after a patience: it was level, and that is no evidence",
    "[trend]") {
    constexpr double kOnset_h = 73;
    Watched watched;
    watched.feed(kOnset_h + 14, [](double t) {
        return (300 + 2 * noise(t) + std::max(0.0, 8 * (t / kHour - kOnset_h))) * kMiB;
    });
    REQUIRE(watched.leak_h);
    CHECK(*watched.leak_h > kOnset_h);
    CHECK(*watched.leak_h < kOnset_h + 9.5);
}

TEST_CASE("growth in a large process is said within hours of what it is loaded with", "[trend]") {
    Watched watched;
    watched.feed(12, [](double t) {
        return (2 + 298 * (1 - std::exp(-t / 120)) + 2 * noise(t) + 5 * t / kHour) * kMiB;
    });
    REQUIRE(watched.growing_h);
    CHECK(*watched.growing_h < 5);
    CHECK_FALSE(watched.leak_h);
}

TEST_CASE("goroutines that grow beside it confirm a leak without a second day", "[trend]") {
    Watched watched;
    for (double t = 0; t < 12 * kHour; t += 60) watched.look(t, story(t), 40 + std::llround(100 * t / kHour));
    REQUIRE(watched.leak_h);
    CHECK(*watched.leak_h < 10);
}

TEST_CASE("a leak that would meet its limit before the second day answers is not waited for", "[trend]") {
    Watched watched;
    for (double t = 0; t < 14 * kHour; t += 60) {
        const double bytes = (80 + 60 * t / kHour + noise(t)) * kMiB;
        watched.look(t, bytes, {}, Limit{LimitKind::given, 1000LL << 20, std::llround(bytes)});
    }
    REQUIRE(watched.leak_h);
    CHECK(*watched.leak_h < 12);
}

TEST_CASE("a cache that fills as the day's traffic comes is never called a leak", "[trend]") {
    Watched watched;
    watched.feed(10 * 24, Cache{});
    CHECK(watched.growing_h);
    CHECK_FALSE(watched.leak_h);
}

TEST_CASE("a patience of days is longer than a second day, and waits for none", "[trend]") {
    const auto asks_the_day = [](nanoseconds patience) {
        Watched watched({.patience = patience});
        watched.feed(6 * 24, [](double t) { return (100 + 20 * t / 86400 + noise(t)) * kMiB; });
        const auto memory = watched.judge.verdict().series[index(Series::memory)].value();
        return std::ranges::any_of(memory.weighing.value().reasons,
                                   [](const Reason& reason) { return reason.name == "day_before"; });
    };
    CHECK(asks_the_day(9h));
    CHECK(asks_the_day(24h));
    CHECK_FALSE(asks_the_day(48h));
}

TEST_CASE("a rise since the start is asked more in its first days than one that left a level", "[trend]") {
    const auto asked_db = [](double days, double level_h) {
        Watched watched;
        watched.feed(24 * days, [=](double t) {
            return (100 + std::max(0.0, 8 * (t / kHour - level_h)) + noise(t)) * kMiB;
        });
        return watched.judge.verdict().series[index(Series::memory)]->weighing.value().asked_db;
    };
    const double usual = trend::Tuning{}.enough_db;
    CHECK(asked_db(3, 0) == usual + trend::Tuning{}.never_level_db);
    CHECK(asked_db(6, 0) == usual);
    CHECK(asked_db(3, 60) == usual);
}

TEST_CASE("a level is one under noise too that moves its floors by a third of the rise", "[trend]") {
    constexpr double kOnset_h = 73;
    Watched watched;
    watched.feed(kOnset_h + 12, [](double t) {
        const double held = 24 * noise(std::floor(t / 2400) * 2400);
        return (300 + held + std::max(0.0, 6 * (t / kHour - kOnset_h))) * kMiB;
    });
    const auto weighing = watched.judge.verdict().series[index(Series::memory)]->weighing.value();
    CHECK(weighing.asked_db == trend::Tuning{}.enough_db);
}

TEST_CASE("from the third day on it counts that each day gave less than the one before", "[trend]") {
    // Under a wave that hides it within the day.
    const auto decline = [](const Bytes& bytes) {
        Watched watched;
        watched.feed(4 * 24, bytes);
        const auto memory = watched.judge.verdict().series[index(Series::memory)].value();
        for (const Reason& reason : memory.weighing.value().reasons)
            if (reason.name == "day_decline") return reason.value;
        return -9.0;
    };
    const auto wave = [](double t) { return 30 * std::sin(2 * M_PI * t / 86400) + 8 * noise(t); };
    CHECK(decline([&](double t) { return (700 - 600 * std::exp(-t / 2 / 86400) + wave(t)) * kMiB; }) > .3);
    CHECK(decline([&](double t) { return (100 + 60 * t / 86400 + wave(t)) * kMiB; }) < .1);
}

TEST_CASE("below two hours of patience no day is waited for", "[trend]") {
    Watched watched({.patience = 60min});
    for (double t = 0; t < 3 * kHour; t += 10) watched.look(t, (80 + 60 * t / kHour + noise(t)) * kMiB);
    REQUIRE(watched.leak_h);
    CHECK(*watched.leak_h < 2);
}

TEST_CASE("below two hours of patience what bends must last half a patience more than what is straight",
          "[trend]") {
    const auto asked = [](double hours, const Bytes& bytes) {
        Watched watched({.patience = 60min});
        for (double t = 0; t < hours * kHour; t += 10) watched.look(t, bytes(t));
        return watched.judge.verdict().series[index(Series::memory)]->weighing.value().asked_db;
    };
    const auto bends = [](double t) { return (80 + 300 * std::sqrt(t / kHour) + noise(t)) * kMiB; };
    const auto straight = [](double t) { return (80 + 60 * t / kHour + noise(t)) * kMiB; };
    CHECK(asked(1.3, straight) == trend::Tuning{}.enough_db);
    CHECK(asked(1.3, bends) > trend::Tuning{}.enough_db);
    CHECK(asked(3, bends) == trend::Tuning{}.enough_db);
}

TEST_CASE("equal lives that are each too short are a leak at the third", "[trend]") {
    Watched watched;
    for (double t = 0; t < 40 * kHour; t += 60) {
        const double since = std::fmod(t, 5 * kHour);
        if (t > 0 && since < 60) watched.restart(t);
        watched.look(t, (60 + 20 * since / kHour + noise(t)) * kMiB);
    }
    REQUIRE(watched.leak_h);
    CHECK(*watched.leak_h > 10);
    CHECK(*watched.leak_h < 15);
    const auto memory = watched.judge.verdict().series[index(Series::memory)].value();
    REQUIRE(memory.claim == Claim::leak);
    CHECK(memory.lives_alike == 8);
}

TEST_CASE("deploys that each warm up to the same level are no leak", "[trend]") {
    Watched watched;
    for (double t = 0; t < 14 * 86400; t += 60) {
        const double since = std::fmod(t, 86400);
        if (t > 0 && since < 60) watched.restart(t);
        watched.look(t, (60 + 300 * (1 - std::exp(-since / (4 * kHour))) + noise(t)) * kMiB);
    }
    CHECK_FALSE(watched.leak_h);
}

TEST_CASE("no limit is near while teeth as high as this one were given back below it", "[trend]") {
    Watched watched;
    for (double t = 0; t < 40 * kHour; t += 60) {
        const double bytes = (200 + 2600 * std::fmod(t, 2 * kHour) / (2 * kHour)) * kMiB;
        if (t > 6 * kHour && watched.near_h) watched.near_h.reset();
        watched.look(t, bytes, {}, Limit{LimitKind::given, 3000LL << 20, std::llround(bytes)});
        if (t > 6 * kHour) REQUIRE_FALSE(watched.near_h);
    }
}

TEST_CASE("a cgroup that others fill is near its limit hours ahead, and it is said that others do",
          "[trend]") {
    Watched watched;
    for (double t = 0; t < 24 * kHour; t += 60) {
        const auto used = std::llround((300 + 65 * t / kHour) * kMiB);
        watched.look(t, 20 * kMiB, {}, Limit{LimitKind::cgroup_max, 1536LL << 20, used});
        if (watched.near_h) break;
    }
    REQUIRE(watched.near_h);
    CHECK(*watched.near_h < (1536 - 300) / 65.0 - 1);
    CHECK(watched.judge.limit_near()->by_others);
}
