// SPDX-License-Identifier: MIT
#include "core/fleet/resample.h"

#include <limits>
#include <string>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch::fleet;

namespace {

constexpr Grid kGrid{.start_ms = 600'000, .step_ms = 60'000, .count = 12};

struct Raw {
    std::int64_t ms = 0;
    double value = 0;
    bool is_stale = false;
};

// A letter a moment: the value's last digit, or a dot.
std::string shown(const std::vector<Raw>& samples) {
    std::string text(kGrid.count, '.');
    Resampler resampler(kGrid, [&](double time_s, double value) {
        const auto place = place_of(kGrid, static_cast<std::int64_t>(time_s * 1e3));
        REQUIRE(place);
        CHECK(text[*place] == '.');  // once each
        text[*place] = static_cast<char>('0' + static_cast<int>(value));
    });
    for (const Raw& raw : samples) resampler.add(raw.ms, raw.value, raw.is_stale);
    resampler.finish();
    return text;
}

}  // namespace

TEST_CASE("at each moment the last sample counts, one of that very moment too", "[fleet]") {
    CHECK(shown({{600'000, 1}, {659'999, 2}, {660'000, 3}, {660'001, 4}, {725'000, 5}}) == "13455555....");
}

TEST_CASE("a sample holds for five minutes, and one from before the grid does as well", "[fleet]") {
    CHECK(shown({{590'000, 1}}) == "11111.......");
    CHECK(shown({{300'000, 1}}) == "............");
    CHECK(shown({{600'000, 1}, {1'140'000, 2}}) == "11111....222");
}

TEST_CASE("behind a mark of staleness there is nothing until the next sample", "[fleet]") {
    CHECK(shown({{600'000, 1}, {690'000, 0, true}, {900'000, 2}}) == "11...22222..");
}

TEST_CASE("samples that go back, or lie outside of time, are left out and counted", "[fleet]") {
    Resampler resampler(kGrid, [](double, double) {});
    for (const std::int64_t ms :
         {std::int64_t{600'000}, std::int64_t{600'000}, std::int64_t{1}, std::int64_t{-5},
          std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()})
        resampler.add(ms, 1, false);
    resampler.finish();
    CHECK(resampler.out_of_order() == 5);
}

TEST_CASE("the next series begins anew", "[fleet]") {
    std::size_t told = 0;
    Resampler resampler(kGrid, [&](double, double) { ++told; });
    for (int series = 0; series < 2; ++series) {
        resampler.add(1'260'000, 1, false);
        resampler.finish();
    }
    CHECK(told == 2);
    CHECK(resampler.out_of_order() == 0);
}
