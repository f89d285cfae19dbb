// SPDX-License-Identifier: MIT
#include "core/trend/count_limits.h"

#include <cmath>
#include <optional>

#include "core/trend/judge.h"
#include "tests/catch.h"

using namespace rampwatch;
using std::chrono::nanoseconds;
using trend::Judge;

namespace {

// A process of steady memory, looked at each minute.
struct Counted {
    void look(std::optional<std::int64_t> fds, std::int64_t threads = 8, std::int64_t pids_used = 8) {
        Sample sample{.mono = nanoseconds((minute + 1) * 60'000'000'000), .rss_bytes = 80 << 20};
        sample.fds = fds;
        sample.threads = threads;
        sample.fds_limit = 1024;
        sample.pids_limit = 512;
        sample.pids_used = pids_used;
        judge.add(sample);
        if (judge.limits_near() != 0 && !near_minute) near_minute = minute;
        ++minute;
    }
    [[nodiscard]] SeriesVerdict of(Series series) const {
        return judge.verdict().series[index(series)].value();
    }

    Judge judge{trend::Settings{}};
    std::int64_t minute = 0;
    std::optional<std::int64_t> near_minute{};
};

}  // namespace

TEST_CASE("descriptors that rise steadily are told of hours before RLIMIT_NOFILE", "[trend]") {
    Counted counted;
    while (counted.minute < 600 && !counted.near_minute)
        counted.look(40 + counted.minute * 2);  // 120 an hour
    REQUIRE(counted.near_minute);
    const auto near = counted.of(Series::fds).count_limit_near.value();
    CHECK(near.limit.most == 1024);
    CHECK(near.limit.used == 40 + (counted.minute - 1) * 2);
    CHECK(near.eta_s > 2 * 3600);
    CHECK(near.eta_s == Approx((1024.0 - static_cast<double>(near.limit.used)) / 120 * 3600).epsilon(.05));
    CHECK(counted.judge.limits_near() == bit_of(Series::fds));
    CHECK(limits_near(counted.judge.verdict()) == bit_of(Series::fds));
    CHECK_FALSE(counted.judge.limit_near());
}

TEST_CASE("descriptors far from their limit, or level near it, are not told of", "[trend]") {
    Counted level, slow;
    for (int i = 0; i < 900; ++i) {
        level.look(1000 + i % 3);
        slow.look(40 + i / 20);
    }
    CHECK_FALSE(level.near_minute);
    CHECK_FALSE(slow.near_minute);
    CHECK(level.of(Series::fds).count_limit == CountLimit{1024, 1000 + 899 % 3});
}

TEST_CASE("a wave of descriptors that came back below its limit before is not told of again", "[trend]") {
    Counted counted;
    for (int i = 0; i < 3 * 1440; ++i)
        counted.look(500 -
                     std::llround(380 * std::cos(2 * M_PI * static_cast<double>(counted.minute) / 480)));
    REQUIRE(counted.near_minute);
    CHECK(*counted.near_minute < 480);
    CHECK(counted.judge.limits_near() == 0);
}

TEST_CASE("threads run against what others left of pids.max", "[trend]") {
    Counted counted;
    while (counted.minute < 600 && !counted.near_minute)
        counted.look(12, 10 + counted.minute / 2, 300 + counted.minute / 2);
    REQUIRE(counted.near_minute);
    const auto threads = counted.of(Series::threads);
    CHECK(threads.count_limit_near.value().limit.most == 512);
    CHECK(threads.count_limit_near->limit.used >= 300);
}

TEST_CASE("a leak of descriptors has a forecast, and a saved Judge keeps its limit and its notice",
          "[trend]") {
    Counted counted;
    for (int i = 0; i < 1800; ++i) counted.look(40 + counted.minute / 2);
    const auto fds = counted.of(Series::fds);
    REQUIRE(fds.claim >= Claim::growing);
    const auto forecast = fds.count_forecast.value();
    CHECK(forecast.eta_s == Approx((1024.0 - 939) / 30 * 3600).epsilon(.05));
    const auto again = Judge::load(counted.judge.save(), {});
    REQUIRE(again);
    CHECK(again->limits_near() == counted.judge.limits_near());
    CHECK(again->verdict() == counted.judge.verdict());
    counted.judge.restart();
    CHECK(counted.judge.limits_near() == 0);
}

TEST_CASE("a limit of counts that is none, or absurd, is not believed", "[trend]") {
    Judge judge{trend::Settings{}};
    for (const std::int64_t most : {std::int64_t{0}, std::int64_t{-5}, INT64_MAX}) {
        Sample sample{.mono = judge.verdict().now + nanoseconds(1'000'000'000), .rss_bytes = 1};
        sample.fds = sample.threads = 3;
        sample.fds_limit = sample.pids_limit = most;
        sample.pids_used = INT64_MIN;
        judge.add(sample);
        CHECK_FALSE(judge.verdict().series[index(Series::fds)]->count_limit);
        CHECK_FALSE(judge.verdict().series[index(Series::threads)]->count_limit);
    }
}
