// SPDX-License-Identifier: MIT
#include "core/report/chart.h"

#include <limits>

#include "tests/catch.h"

namespace rampwatch::report {
namespace {

ChartTrail trail_of(const std::vector<double>& values) {
    ChartTrail trail;
    for (std::size_t i = 0; i < values.size(); ++i) trail.add(static_cast<double>(i), values[i]);
    return trail;
}

std::string spark_of(const std::vector<double>& values, Glyphs glyphs) {
    return spark(trail_of(values).points(), values.size(), glyphs);
}

TEST_CASE("a rise climbs from the lowest to the highest character", "[report]") {
    CHECK(spark_of({0, 1, 2, 3, 4, 5, 6, 7}, Glyphs::unicode) == "▁▂▃▄▅▆▇█");
    CHECK(spark_of({0, 1, 2, 3, 4}, Glyphs::ascii) == "_.-=^");
}

TEST_CASE("what is level stays at the bottom", "[report]") {
    CHECK(spark_of({5, 5, 5}, Glyphs::unicode) == "▁▁▁");
}

TEST_CASE("a gap repeats the value before it", "[report]") {
    ChartTrail trail;
    trail.add(0, 0);
    trail.add(1, 4);
    trail.add(9, 0);

    CHECK(spark(trail.points(), 10, Glyphs::ascii) == "_^^^^^^^^_");
}

TEST_CASE("nothing makes an empty chart", "[report]") {
    CHECK(spark({}, 10, Glyphs::unicode).empty());
    CHECK(plot({}, 10, 4, Glyphs::unicode).empty());
    CHECK(spark(trail_of({1, 2}).points(), 0, Glyphs::unicode).empty());
}

TEST_CASE("a line is drawn from corner to corner", "[report]") {
    CHECK(plot(trail_of({0, 1, 2, 3}).points(), 4, 4, Glyphs::ascii) ==
          std::vector<std::string>{"   *", "  *", " *", "*"});
    CHECK(plot(trail_of({0, 1, 2, 3}).points(), 2, 1, Glyphs::unicode) == std::vector<std::string>{"⡠⠊"});
}

TEST_CASE("a steep line has no holes", "[report]") {
    CHECK(plot(trail_of({0, 3}).points(), 2, 4, Glyphs::ascii) ==
          std::vector<std::string>{" *", " *", " *", "*"});
}

TEST_CASE("the trail is bounded, and no peak is lost", "[report]") {
    ChartTrail trail;
    for (int i = 0; i < 1'000'000; ++i) trail.add(i, i == 777'777 ? 99 : i % 2);
    double high = 0;
    for (const ChartPoint& point : trail.points()) high = std::max(high, point.high);

    CHECK(trail.points().size() <= ChartTrail::kMostPoints);
    CHECK(trail.points().size() >= ChartTrail::kMostPoints / 2 - 1);
    CHECK(trail.points().front().t_s == 0);
    CHECK(high == 99);
}

TEST_CASE("what is not finite is left out", "[report]") {
    ChartTrail trail;
    trail.add(0, std::numeric_limits<double>::quiet_NaN());
    trail.add(std::numeric_limits<double>::infinity(), 1);

    CHECK(trail.points().empty());
}

}  // namespace
}  // namespace rampwatch::report
