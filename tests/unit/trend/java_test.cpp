// SPDX-License-Identifier: MIT
// A Java program's memory, beside what its old generation holds and what collections leave in it.
#include <cmath>
#include <functional>
#include <optional>

#include "core/trend/judge.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using trend::Judge;

namespace {

constexpr double kMiB = 1024 * 1024;
constexpr double kStep = .5;

// At a time in seconds: MiB that the process holds, and that are in its old generation.
struct Java {
    std::function<double(double)> memory{}, old{};
    double every_s = 0;  // so often the old generation is collected; 0: never
    std::function<double(double)> room = [](double) { return 20; };
};

void feed(Judge& judge, const Java& java, double from_s, double to_s) {
    for (double t = from_s; t < to_s; t += kStep) {
        const auto time = std::chrono::nanoseconds(std::llround(t * 1e9));
        Sample sample{.mono = time, .wall = time, .rss_bytes = std::llround(java.memory(t) * kMiB)};
        sample.anon_bytes = sample.rss_bytes;
        sample.java_old_used_bytes = std::llround(java.old(t) * kMiB);
        sample.java_young_bytes = std::llround(java.room(t) * kMiB);
        const bool collected =
            java.every_s > 0 && std::floor(t / java.every_s) > std::floor((t - kStep) / java.every_s);
        if (t > 0 && collected) sample.java_old_bytes = sample.java_old_used_bytes;
        judge.add(sample);
    }
}

Judge judge_of_one_minute() { return Judge({.patience = 60s, .min_growth_bytes = 1 << 20}); }

double rising(double t) { return 100 + .5 * t; }
double level(double) { return 100; }

}  // namespace

TEST_CASE("a Java program that promotes for hours, and was not collected yet, is suspected and no leak",
          "[trend][java_old]") {
    Judge judge = judge_of_one_minute();
    feed(judge, {rising, [](double t) { return .45 * t; }}, 0, 600);
    CHECK(judge.claim() == Claim::growing);
    const auto verdict = judge.verdict();
    REQUIRE(verdict.series[index(Series::memory)]);
    CHECK(verdict.series[index(Series::memory)]->missing == Missing::collection);
    CHECK_FALSE(verdict.series[index(Series::java_old_used)].has_value());
}

TEST_CASE("what a collection left in a Java program is no garbage", "[trend][java_old]") {
    Judge judge = judge_of_one_minute();
    feed(judge, {rising, [](double t) { return .45 * t; }, 90}, 0, 200);
    CHECK(judge.claim() == Claim::leak);
}

TEST_CASE("memory that grows beside a Java heap is a leak, collected or not", "[trend][java_old]") {
    Judge judge = judge_of_one_minute();
    feed(judge, {rising, [](double t) { return .1 * t; }}, 0, 200);
    CHECK(judge.claim() == Claim::leak);
}

TEST_CASE("a Java program whose collections find all of it dead is healthy", "[trend][java_old]") {
    Judge judge = judge_of_one_minute();
    const auto promoted = [](double t) { return .45 * std::fmod(t, 150); };
    const auto held = [](double t) { return 100 + .5 * std::min(t, 150.0); };
    double worst = 0;
    for (double t = 0; t < 1200; t += 50) {
        feed(judge, {held, promoted, 150}, t, t + 50);
        worst = std::max(worst, static_cast<double>(judge.claim()));
    }
    CHECK(worst < static_cast<double>(Claim::leak));
    CHECK(judge.claim() == Claim::healthy);
}

TEST_CASE("a leak in a Java heap that was touched at the start is told by what collections leave",
          "[trend][java_old]") {
    Judge judge = judge_of_one_minute();
    feed(judge, {level, [](double t) { return 10 + .3 * t; }, 5}, 0, 400);
    CHECK(judge.claim() == Claim::leak);
    CHECK(judge.verdict().leading == Series::java_old);
}

TEST_CASE("a watch that goes on knows what came into a Java heap before", "[trend][java_old]") {
    Judge judge = judge_of_one_minute();
    const Java promoting{rising, [](double t) { return .45 * t; }};
    feed(judge, promoting, 0, 200);
    const auto state = judge.save();
    auto again = Judge::load(state, {.patience = 60s, .min_growth_bytes = 1 << 20});
    REQUIRE(again);
    feed(*again, promoting, 200, 400);
    CHECK(again->claim() == Claim::growing);
}

TEST_CASE("a Java program that fills its room for new objects for the first time leaks nothing",
          "[trend][java_old]") {
    Judge judge = judge_of_one_minute();
    const auto fills = [](double t) { return 100 + std::min(1.5 * t, 300.0); };
    const Java filling{fills, [](double) { return 2; }, 0, [](double t) { return t < 200 ? 0 : 300; }};
    double worst = 0;
    for (double t = 0; t < 600; t += 10) {
        feed(judge, filling, t, t + 10);
        worst = std::max(worst, static_cast<double>(judge.claim()));
    }
    CHECK(worst == static_cast<double>(Claim::growing));
    CHECK(judge.claim() == Claim::healthy);
}
