// SPDX-License-Identifier: MIT
// The leak that rampwatch was written for, as Facts through a Session: a pool of 200 +- 40 goroutines over
// which some 400 an hour park for ever, in a service of 80 MB that grows by 4.4 MB/h.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>

#include "core/watch/session.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using watch::Session;
using watch::Settings;

namespace {

double hours(nanoseconds time) { return std::chrono::duration<double, std::ratio<3600>>(time).count(); }

struct Story {
    nanoseconds leak_from{};  // of the process's own time
    nanoseconds end{};
    bool with_memory = false;
    bool with_aged = false;
    double leak_per_h = 400;
    unsigned seed = 1;
};

struct Told {
    std::optional<double> suspected_h{}, confirmed_h{};  // after the leak began
};

// Requests come and go within minutes: the pool's size wanders with a correlation of a minute or so. What
// does not come back is aged after a 16th of the patience; of the pool nobody is ever that old.
Told tell(const Story& story) {
    Settings settings;
    settings.dumps = false;
    settings.tell_samples = false;
    Session session(settings);
    std::mt19937_64 dice(story.seed);
    std::normal_distribution<double> normal;
    const double aged_after_h = hours(settings.judge.patience) / 16;
    double pool = 0;
    Told told;
    for (nanoseconds now = 10s; now <= story.end; now += 10s) {
        pool = pool * 0.85 + 40 * std::sqrt(1 - 0.85 * 0.85) * normal(dice);
        const double leaking_h = std::max(hours(now - story.leak_from), 0.0);
        Sample sample{.mono = now, .wall = now, .rss_bytes = 80 << 20, .age = now};
        sample.anon_bytes = 80'000'000;
        if (story.with_memory) {
            sample.anon_bytes = static_cast<std::int64_t>(80e6 + 4.4e6 * leaking_h + 4e5 * normal(dice));
        }
        sample.goroutines = std::llround(std::max(200 + pool, 20.0) + story.leak_per_h * leaking_h);
        if (story.with_aged) {
            const double aged_h = std::max(leaking_h - aged_after_h, 0.0);
            sample.aged_goroutines = 12 + std::llround(story.leak_per_h * aged_h);
        }
        for (const Event& event : session.tell(fact::Sampled{.sample = sample}).events) {
            if (event.kind == Event::Kind::growing && !told.suspected_h) told.suspected_h = leaking_h;
            if (event.kind == Event::Kind::leak && !told.confirmed_h) told.confirmed_h = leaking_h;
        }
        if (told.confirmed_h) break;
    }
    return told;
}

}  // namespace

TEST_CASE("goroutines alone tell the founding leak over a pool watched since day 3", "[watch]") {
    for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
        const Told told = tell({.leak_from = 24h * 3, .end = 24h * 3 + 12h, .seed = seed});
        INFO("seed " << seed << ", suspected " << told.suspected_h.value_or(-1) << " h, confirmed "
                     << told.confirmed_h.value_or(-1) << " h");
        REQUIRE(told.confirmed_h);
        CHECK(told.suspected_h.value_or(99) <= 2.5);
        CHECK(*told.confirmed_h <= 7.5);
    }
}

TEST_CASE("memory and goroutines together tell the founding leak of a fresh process", "[watch]") {
    for (const unsigned seed : {1U, 2U, 3U}) {
        const Told told = tell({.leak_from = 0h, .end = 12h, .with_memory = true, .seed = seed});
        INFO("seed " << seed << ", suspected " << told.suspected_h.value_or(-1) << " h, confirmed "
                     << told.confirmed_h.value_or(-1) << " h");
        REQUIRE(told.confirmed_h);
        CHECK(*told.confirmed_h <= 9.5);
    }
}

// They age half an hour late, and still: suspected within 2 h, confirmed within 7.5 h.
TEST_CASE("aged goroutines tell the founding leak no later than all of them do", "[watch]") {
    for (const unsigned seed : {1U, 2U, 3U}) {
        const Told all = tell({.leak_from = 24h * 3, .end = 24h * 3 + 12h, .seed = seed});
        const Told aged = tell({.leak_from = 24h * 3, .end = 24h * 3 + 12h, .with_aged = true, .seed = seed});
        INFO("seed " << seed << ", all " << all.confirmed_h.value_or(-1) << " h, aged "
                     << aged.confirmed_h.value_or(-1) << " h, suspected " << all.suspected_h.value_or(-1)
                     << " and " << aged.suspected_h.value_or(-1));
        REQUIRE(aged.confirmed_h);
        CHECK(aged.suspected_h.value_or(99) <= std::min(all.suspected_h.value_or(99), 2.0));
        CHECK(*aged.confirmed_h <= std::min(all.confirmed_h.value_or(99), 7.5));
    }
}

TEST_CASE("the same pool without the leak is never told of", "[watch]") {
    const Told told = tell({.end = 24h * 9, .with_aged = true, .leak_per_h = 0});
    CHECK_FALSE(told.suspected_h);
    CHECK_FALSE(told.confirmed_h);
}
