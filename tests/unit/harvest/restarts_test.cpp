// SPDX-License-Identifier: MIT
// Simulated programs that are restarted each day and have no start time stored: what is cut must not become a
// leak where there is none, and a leak that each restart hides must become one.
#include <algorithm>

#include "core/harvest/lanes.h"
#include "tests/catch.h"
#include "tests/score/life.h"

using namespace rampwatch;
using namespace rampwatch::harvest;

namespace {

constexpr std::int64_t kStep_ms = 300'000;
constexpr std::size_t kDays = 9, kLooksOfDay = 288;

// A program begins at 60 % of what it holds, and is there after ten minutes.
double booted(double value, double age_s) { return value * std::min(1.0, .6 + .4 * age_s / 600); }

// Nine lives of a day each, of one program: a little larger or smaller, else the same.
Judged judged(const score::Family& family, std::uint64_t seed) {
    const std::vector<Labels> one = {{{"job", "a"}, {"instance", "b"}}};
    Lanes lanes(one, fleet::Grouping::by_target, Series::memory, {});
    score::Random sizes(seed);
    for (std::size_t day = 0; day < kDays; ++day) {
        fleet::Columns columns({.start_ms = static_cast<std::int64_t>(day * kLooksOfDay + 1) * kStep_ms,
                                .step_ms = kStep_ms,
                                .count = kLooksOfDay},
                               1, 10'000);
        score::Random random(seed);
        score::Life life = family.make(random);
        const double size = sizes.uniform(.98, 1.02);
        for (std::size_t place = 0; place < kLooksOfDay; ++place) {
            const double from_s = static_cast<double>(place) * kStep_ms / 1e3,
                         end_s = from_s + kStep_ms / 1e3;
            double value = 0;
            for (double age_s = from_s; age_s < end_s; age_s += score::kStep_s) value = life.value(age_s);
            columns.put(0, fleet::Role::resident, static_cast<double>(time_ms(columns.grid(), place)) / 1e3,
                        std::max(booted(size * value, end_s), 1e6));
        }
        lanes.take(columns);
    }
    return lanes.result().front();
}

}  // namespace

TEST_CASE("healthy programs restarted each day are cut, and none becomes a leak", "[harvest][restarts]") {
    std::size_t all = 0, cut = 0;
    for (const score::Family& family : score::memory_families()) {
        if (family.truth != score::Truth::healthy) continue;
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            const Judged one = judged(family, 100 * all + seed);
            INFO(family.name);
            CHECK_FALSE(one.verdict.ever_leak);
            ++all;
            cut += one.verdict.lives > 1 ? 1U : 0U;
        }
    }
    INFO(cut << " of " << all);
    CHECK(3 * cut > all);
}

TEST_CASE("leaks that a restart ends each day are found", "[harvest][restarts]") {
    std::size_t all = 0, found = 0;
    for (const score::Family& family : score::memory_families()) {
        if (family.name != "ramp_from_start") continue;
        for (std::uint64_t seed = 1; seed <= 16; ++seed, ++all)
            found += judged(family, 7000 + seed).verdict.ever_leak ? 1U : 0U;
    }
    INFO(found << " of " << all);
    CHECK(4 * found > all);
}
