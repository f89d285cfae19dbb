// SPDX-License-Identifier: MIT
#include "core/stacks/growth_series.h"

#include <random>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::stacks;

namespace {

constexpr double kMib = 1024 * 1024;

Group group(const std::string& function, std::int64_t count) {
    Group made;
    made.count = count;
    Frame frame;
    frame.function = function;
    frame.module = "/opt/shop";
    made.frames = {frame};
    return made;
}

Dump dump(int minute, std::int64_t workers, std::int64_t pushers) {
    Dump made;
    made.life.pid = 4711;
    made.life.start_ticks = 99;
    made.backend = "native";
    made.mono = std::chrono::minutes(minute);
    made.groups = {group("shop::worker", workers), group("pool::push", pushers)};
    return made;
}

std::vector<GrowthPoint> points(const std::vector<double>& values) {
    std::vector<GrowthPoint> made;
    for (std::size_t i = 0; i < values.size(); ++i)
        made.push_back({60.0 * static_cast<double>(i), values[i]});
    return made;
}

}  // namespace

TEST_CASE("a group that grows with the memory is found, with what each of it costs", "[stacks]") {
    GrowthSeries series;
    std::mt19937 random(4711);
    std::normal_distribution<double> noise(0, kMib / 4);
    Dump last;
    for (int minute = 0; minute < 12; ++minute) {
        last = dump(minute, 8, 12 + 5 * minute);
        series.add(last, static_cast<std::int64_t>(200 * kMib + 5 * minute * kMib + noise(random)));
    }
    CHECK(last.explains_growth == true);
    CHECK_FALSE(last.groups[0].growth);
    REQUIRE(last.groups[1].growth);
    const GroupGrowth& growth = *last.groups[1].growth;
    CHECK(growth.dumps == 12);
    CHECK(growth.per_s * 60 == Approx(5));
    CHECK(growth.bytes_each_low < kMib);
    CHECK(growth.bytes_each_high > kMib);
    CHECK(growth.bytes_each == Approx(kMib).epsilon(0.05));
    CHECK(growth.explains > 0.95);
}

TEST_CASE("memory that grows while no group does is not explained", "[stacks]") {
    GrowthSeries series;
    Dump last;
    for (int minute = 0; minute < 12; ++minute) {
        last = dump(minute, 8, 12 + minute % 3);
        series.add(last, static_cast<std::int64_t>((200 + 5 * minute) * kMib));
    }
    CHECK(last.explains_growth == false);
}

TEST_CASE("of memory that does not grow nothing is said", "[stacks]") {
    GrowthSeries series;
    Dump last;
    for (int minute = 0; minute < 12; ++minute) {
        last = dump(minute, 8, 12 + 5 * minute);
        series.add(last, static_cast<std::int64_t>((200 + minute % 2) * kMib));
    }
    CHECK_FALSE(last.explains_growth);
    CHECK_FALSE(last.groups[1].growth);
}

TEST_CASE("three dumps are too few to tell", "[stacks]") {
    const auto counts = points({1, 10, 20}), bytes = points({1e6, 2e6, 3e6});
    CHECK_FALSE(growth_with(counts, bytes));
    CHECK_FALSE(growth_with(points({1, 10, 20, 31}), bytes));
    CHECK(growth_with(points({1, 10, 20, 31}), points({1e6, 2e6, 3e6, 4e6})));
}

TEST_CASE("a restarted process begins a new series", "[stacks]") {
    GrowthSeries series;
    Dump last;
    for (int minute = 0; minute < 6; ++minute) {
        last = dump(minute, 8, 12 + 5 * minute);
        series.add(last, static_cast<std::int64_t>((200 + 5 * minute) * kMib));
    }
    last = dump(7, 8, 12);
    last.life.start_ticks = 100;
    series.add(last, static_cast<std::int64_t>(100 * kMib));
    CHECK(series.dumps() == 1);
    CHECK_FALSE(last.explains_growth);
}

TEST_CASE("a dump a minute for a week needs no more memory than an hour's", "[stacks]") {
    GrowthSeries series;
    Dump last;
    for (int minute = 0; minute < 10'000; ++minute) {
        last = dump(minute, 8, 12 + minute);
        series.add(last, static_cast<std::int64_t>((200 + minute) * kMib));
        REQUIRE(series.dumps() <= 64);
    }
    REQUIRE(last.groups[1].growth);
    CHECK(last.groups[1].growth->bytes_each == Approx(kMib));
}
