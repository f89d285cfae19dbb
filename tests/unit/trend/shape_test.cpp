// SPDX-License-Identifier: MIT
#include <cmath>
#include <functional>

#include "core/trend/judge.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using trend::Judge;

namespace {

constexpr double kMiB = 1024 * 1024;

SeriesVerdict seen(double length_s, const std::function<double(double)>& mib, double every_s = .1) {
    Judge judge({.patience = 60s, .min_growth_bytes = 1 << 20});
    for (double t = 0; t < length_s; t += every_s) {
        judge.add(Sample{.mono = std::chrono::nanoseconds(std::llround(1e9 * (t + 1))),
                         .rss_bytes = std::llround(kMiB * mib(t))});
    }
    return judge.verdict().series[index(Series::memory)].value();
}

}  // namespace

TEST_CASE("each shape is named, with its evidence", "[trend]") {
    CHECK(seen(5, [](double) { return 40; }).shape == Shape::too_short);
    CHECK(seen(200, [](double) { return 40; }).shape == Shape::flat);

    const auto tooth = seen(300, [](double t) { return 40 + 2 * std::fmod(t, 7); });
    CHECK(tooth.shape == Shape::sawtooth);
    CHECK(tooth.swing.value() == Approx(14 * kMiB).epsilon(.15));
    CHECK(std::chrono::duration<double>(tooth.period.value()).count() == Approx(7).epsilon(.1));

    CHECK(seen(200, [](double t) { return t < 90 ? 40 : 60; }).shape == Shape::step);

    const auto level = seen(200, [](double t) { return 40 + 30 * (1 - std::exp(-t / 15)); });
    CHECK(level.shape == Shape::plateau);
    CHECK(level.levels_off_at.value() == Approx(70 * kMiB).epsilon(.02));

    const auto warming = seen(50, [](double t) { return 40 + 30 * (1 - std::exp(-t / 30)); });
    CHECK(warming.shape == Shape::warmup);
    CHECK(warming.levels_off_at.value() == Approx(70 * kMiB).epsilon(.12));

    CHECK(seen(150, [](double t) { return 40 + .3 * t; }).shape == Shape::ramp);
    const auto both = seen(400, [](double t) { return 40 + 2 * std::fmod(t, 7) + .3 * t; });
    CHECK(both.claim == Claim::leak);
    CHECK(both.shape == Shape::ramp_on_sawtooth);

    const auto wave = seen(900, [](double t) { return 60 - 20 * std::cos(2 * M_PI * t / 160); });
    CHECK(wave.shape == Shape::periodic);
    CHECK(std::chrono::duration<double>(wave.period.value()).count() == Approx(160));
}

TEST_CASE("the time between teeth does not depend on how often they are looked at", "[trend]") {
    const double every_s = GENERATE(.05, .1, .4, 1);  // a block of the base width is .11 s
    CAPTURE(every_s);
    const auto tooth = seen(
        300, [](double t) { return 40 + 2 * std::fmod(t, 12); }, every_s);
    REQUIRE(tooth.shape == Shape::sawtooth);
    CHECK(std::chrono::duration<double>(tooth.period.value()).count() == Approx(12).epsilon(.15));
}

TEST_CASE("a count that is read rarely is not level since its last reading", "[trend]") {
    const double every_s = GENERATE(5, 7, 9);
    CAPTURE(every_s);
    Judge judge({.patience = 60s, .min_growth_bytes = 1 << 20});
    for (double t = 0; t < 50; t += .1) {
        Sample sample{.mono = std::chrono::nanoseconds(std::llround(1e9 * (t + 1))), .rss_bytes = 40 << 20};
        if (std::fmod(t + 1e-6, every_s) < .1) sample.tasks = 14 + std::llround(6 * t);
        judge.add(sample);
        if (t < 30) continue;
        const auto shape = judge.verdict().series[index(Series::tasks)].value().shape;
        REQUIRE(shape != Shape::plateau);
        REQUIRE(shape != Shape::step);
        REQUIRE(shape != Shape::staircase);
    }
}

TEST_CASE("the floor of teeth is between them, whenever it is asked for", "[trend]") {
    for (const double length_s : {300., 302., 304., 306., 308., 310.}) {
        CAPTURE(length_s);
        const auto tooth = seen(length_s, [](double t) { return 40 + 2 * std::fmod(t, 12); });
        REQUIRE(tooth.shape == Shape::sawtooth);
        CHECK(tooth.current == Approx(40 * kMiB).epsilon(.08));
    }
}

TEST_CASE("a wave is no staircase, and what levelled off gives nothing back", "[trend]") {
    for (double length_s = 60; length_s < 320; length_s += 10) {
        CAPTURE(length_s);
        const auto wave = seen(length_s, [](double t) { return 60 + 20 * std::sin(2 * M_PI * t / 70); });
        if (wave.claim < Claim::growing) CHECK(wave.shape != Shape::staircase);
        const auto filled = seen(length_s, [](double t) { return 40 + std::min(t, 45.); });
        CHECK(filled.shape != Shape::recovering);
    }
}

TEST_CASE("the smallest growth given by hand counts alone, whatever the process holds", "[trend]") {
    const auto big = [](double t) { return 3000 + .3 * t; };
    CHECK(seen(200, big).claim == Claim::leak);  // 60 MiB of at least 1 MiB; a twentieth would be 150
    // Without it the share that grew is evidence: a line as long and as straight speaks for a leak all the
    // same, one of half a patience does not yet.
    Judge by_share({.patience = std::chrono::seconds(60)});
    auto until = [&, t = 0.0](double end) mutable {
        for (; t < end; t += .1) {
            by_share.add(Sample{.mono = std::chrono::nanoseconds(std::llround(1e9 * (t + 1))),
                                .rss_bytes = std::llround(kMiB * big(t))});
        }
        return by_share.claim();
    };
    CHECK(until(50) < Claim::leak);
    CHECK(until(200) == Claim::leak);
}

TEST_CASE("a leak under a daily wave is found once its days can be compared", "[trend]") {
    const auto said = seen(1600, [](double t) {
        return 100 - 20 * std::cos(2 * M_PI * t / 160) + (t > 700 ? .05 * (t - 700) : 0);
    });
    CHECK(said.claim == Claim::leak);
    CHECK(said.shape == Shape::ramp_on_periodic);
    CHECK(said.slope_per_s.value() == Approx(.05 * kMiB).epsilon(.25));
}
