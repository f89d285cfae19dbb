// SPDX-License-Identifier: MIT
#include "core/harvest/lanes.h"

#include <algorithm>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::harvest;
using fleet::Columns;
using fleet::Grid;
using fleet::Grouping;
using fleet::Role;

namespace {

constexpr std::int64_t kStep_ms = 60'000;

Labels pod(const std::string& name) { return {{"namespace", "n"}, {"pod", name}}; }

Grid grid(std::size_t count, std::int64_t start_ms = kStep_ms) {
    return {.start_ms = start_ms, .step_ms = kStep_ms, .count = count};
}

// 100 MiB and a little more each minute, from one place to before another.
void grow(Columns& columns, std::size_t target, std::size_t from, std::size_t end, double per_step = 0) {
    for (std::size_t place = from; place < end; ++place)
        columns.put(target, Role::resident, static_cast<double>(time_ms(columns.grid(), place)) / 1e3,
                    104857600 + per_step * 4096 * static_cast<double>(place - from));
}

const std::vector<Labels> kTwo = {pod("a-7d4f9c6b5-x2x9k"), pod("a-7d4f9c6b5-z2z9k")};

std::vector<Judged> judged(Lanes& lanes) { return lanes.result(); }

}  // namespace

TEST_CASE("pods side by side are histories of their own", "[harvest]") {
    Lanes lanes(kTwo, Grouping::by_target, Series::memory, {});
    Columns columns(grid(100), 2, 10'000);
    grow(columns, 0, 0, 100);
    grow(columns, 1, 50, 100);
    lanes.take(columns);
    const auto all = judged(lanes);
    REQUIRE(all.size() == 2);
    CHECK(all[0].verdict.samples == 100);
    CHECK(all[1].verdict.samples == 50);
    CHECK(all[0].workload == "n/a");
}

TEST_CASE("a pod that follows one of its deployment is its next life", "[harvest]") {
    Lanes lanes(kTwo, Grouping::by_target, Series::memory, {});
    Columns columns(grid(100), 2, 10'000);
    grow(columns, 0, 0, 50);
    grow(columns, 1, 60, 100);
    lanes.take(columns);
    const auto all = judged(lanes);
    REQUIRE(all.size() == 1);
    CHECK(all[0].verdict.lives == 2);
    CHECK(all[0].verdict.samples == 90);
    CHECK(all[0].targets == 2);
    CHECK(all[0].labels == kTwo[1]);
    CHECK(lanes.gaps() == 0);
}

TEST_CASE("the same is so where the second one begins in a later piece", "[harvest]") {
    Lanes lanes(kTwo, Grouping::by_target, Series::memory, {});
    Columns first(grid(100), 2, 10'000), second(grid(100, 101 * kStep_ms), 2, 10'000);
    grow(first, 0, 0, 100);
    grow(second, 0, 0, 10);
    grow(second, 1, 20, 100);
    lanes.take(first);
    lanes.take(second);
    REQUIRE(judged(lanes).size() == 1);
    CHECK(judged(lanes)[0].verdict.samples == 190);
}

TEST_CASE("who comes back and finds the place taken gets another", "[harvest]") {
    Lanes lanes(kTwo, Grouping::by_target, Series::memory, {});
    Columns first(grid(100), 2, 10'000), second(grid(100, 101 * kStep_ms), 2, 10'000),
        third(grid(100, 201 * kStep_ms), 2, 10'000);
    grow(first, 0, 0, 100);
    grow(second, 1, 0, 100);
    grow(third, 0, 0, 100);
    grow(third, 1, 0, 100);
    for (const Columns* columns : {&first, &second, &third}) lanes.take(*columns);
    const auto all = judged(lanes);
    REQUIRE(all.size() == 2);
    CHECK(all[0].verdict.samples + all[1].verdict.samples == 400);
}

TEST_CASE("a start time that moves on begins a life, one that wobbles does not", "[harvest]") {
    const std::vector<Labels> one = {kTwo[0]};
    Lanes lanes(one, Grouping::by_target, Series::memory, {});
    Columns columns(grid(100), 1, 10'000);
    grow(columns, 0, 0, 100);
    for (std::size_t place = 0; place < 100; ++place) {
        const double wobble = place % 2 == 0 ? 0.5 : 0;
        const double start_s = place < 50 ? 1 + wobble : 3030 + wobble;
        columns.put(0, Role::start, static_cast<double>(time_ms(columns.grid(), place)) / 1e3, start_s);
    }
    lanes.take(columns);
    CHECK(judged(lanes)[0].verdict.lives == 2);
}

TEST_CASE("without a start time CPU time that falls begins a life", "[harvest]") {
    const std::vector<Labels> one = {kTwo[0]};
    Lanes lanes(one, Grouping::by_target, Series::memory, {});
    Columns columns(grid(100), 1, 10'000);
    grow(columns, 0, 0, 100);
    for (std::size_t place = 0; place < 100; ++place)
        columns.put(0, Role::cpu, static_cast<double>(time_ms(columns.grid(), place)) / 1e3,
                    static_cast<double>(place % 60) * 9);
    lanes.take(columns);
    CHECK(judged(lanes)[0].verdict.lives == 2);
    CHECK(judged(lanes)[0].verdict.samples == 100);
}

TEST_CASE("a leak that restarts without a name hide is a leak", "[harvest]") {
    const std::vector<Labels> one = {kTwo[0]};
    Lanes lanes(one, Grouping::by_target, Series::memory, {});
    constexpr std::size_t kDay = 1440;
    for (std::size_t day = 0; day < 9; ++day) {
        Columns columns(grid(kDay, static_cast<std::int64_t>(day * kDay + 1) * kStep_ms), 1, 20'000);
        for (std::size_t place = 0; place < kDay; ++place) {
            const double warm = 20e6 * std::min(1.0, static_cast<double>(place) / 10);
            columns.put(0, Role::resident, static_cast<double>(time_ms(columns.grid(), place)) / 1e3,
                        100e6 + warm + 60e3 * static_cast<double>(place));
        }
        lanes.take(columns);
    }
    const auto all = judged(lanes);
    REQUIRE(all.size() == 1);
    CHECK(all[0].verdict.lives == 9);
    CHECK(all[0].verdict.samples == 9 * kDay);
    CHECK(all[0].verdict.claim == Claim::leak);
}

TEST_CASE("silence is a gap, and who never speaks is none", "[harvest]") {
    Lanes lanes(kTwo, Grouping::by_target, Series::memory, {});
    Columns columns(grid(100), 2, 10'000);
    grow(columns, 0, 0, 10);
    grow(columns, 0, 20, 30);
    lanes.take(columns);
    CHECK(lanes.gaps() == 1);
    CHECK(lanes.silent() == 1);
    CHECK(judged(lanes).size() == 1);
}

TEST_CASE("a leak that every rollout ends is one leak", "[harvest]") {
    std::vector<Labels> pods;
    const std::string letters = "bcdfghjkl";
    for (const char letter : letters) pods.push_back(pod(std::string("a-7d4f9c6b5-x2x9") + letter));
    Lanes lanes(pods, Grouping::by_target, Series::memory, {});
    constexpr std::size_t kDay = 1440;
    for (std::size_t day = 0; day < pods.size(); ++day) {
        Columns columns(grid(kDay, static_cast<std::int64_t>(day * kDay + 1) * kStep_ms), pods.size(),
                        20'000);
        grow(columns, day, 2, kDay, 20);  // 115 MiB a day
        lanes.take(columns);
    }
    const auto all = judged(lanes);
    REQUIRE(all.size() == 1);
    CHECK(all[0].verdict.lives == 9);
    CHECK(all[0].verdict.claim == Claim::leak);
}

TEST_CASE("a count alone is judged as what it counts", "[harvest]") {
    const std::vector<Labels> one = {kTwo[0]};
    Lanes lanes(one, Grouping::by_labels, Series::fds, {});
    Columns columns(grid(700), 1, 10'000);
    for (std::size_t place = 0; place < 700; ++place)
        columns.put(0, Role::only_series, static_cast<double>(time_ms(columns.grid(), place)) / 1e3, 40);
    lanes.take(columns);
    const Verdict verdict = judged(lanes)[0].verdict;
    REQUIRE(verdict.series[index(Series::fds)]);
    CHECK(verdict.series[index(Series::fds)]->last == 40);
    CHECK_FALSE(verdict.series[index(Series::memory)]);
}
