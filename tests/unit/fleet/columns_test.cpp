// SPDX-License-Identifier: MIT
#include "core/fleet/columns.h"

#include <cmath>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::fleet;
using namespace std::chrono_literals;

namespace {

constexpr Grid kGrid{.start_ms = 1'000'000, .step_ms = 60'000, .count = 10};

double at(int place) { return 1000.0 + 60 * place; }

Sample sample_at(const Columns& columns, std::size_t place, bool by_memory = false) {
    const auto look = look_at(columns, 0, place, by_memory, Series::memory);
    REQUIRE(look);
    return std::get<Sample>(*look);
}

}  // namespace

TEST_CASE("of two values of a moment the first one counts, and the other is counted", "[fleet]") {
    Columns columns(kGrid, 1, 100);
    CHECK(columns.put(0, Role::resident, at(3), 5e6));
    CHECK(columns.put(0, Role::resident, at(3), 6e6));
    CHECK(columns.put(0, Role::resident, at(1), 4e6));  // out of order
    CHECK(columns.at(0, Role::resident, 3) == 5e6);
    CHECK(columns.at(0, Role::resident, 1) == 4e6);
    CHECK_FALSE(columns.at(0, Role::resident, 2));
    CHECK(columns.notes().twice == 1);
    CHECK(columns.extent(0) == std::pair<std::size_t, std::size_t>(1, 4));
}

TEST_CASE("what cannot be is left out and counted", "[fleet]") {
    Columns columns(kGrid, 1, 100);
    const double nan = std::nan("");
    for (const double value : {nan, HUGE_VAL}) CHECK(columns.put(0, Role::resident, at(0), value));
    for (const double value : {-1.0, 1e300}) CHECK(columns.put(0, Role::resident, at(0), value));
    for (const double time : {at(10), at(0) + 1, at(-1), 1e300, nan, -1.0})
        CHECK(columns.put(0, Role::resident, time, 1e6));
    CHECK(columns.notes() == ValueNotes{.unknown = 2, .impossible = 2, .off_grid = 6});
    CHECK(columns.cells() == 0);
    CHECK_FALSE(look_at(columns, 0, 0, false, Series::memory));
}

TEST_CASE("there is room for so many values and no more", "[fleet]") {
    Columns columns(kGrid, 2, 6);
    CHECK(columns.put(0, Role::resident, at(2), 1e6));
    CHECK(columns.put(0, Role::resident, at(6), 1e6));  // five cells
    CHECK(columns.put(1, Role::resident, at(4), 1e6));
    CHECK_FALSE(columns.put(1, Role::resident, at(5), 1e6));
    CHECK(columns.cells() <= 6);
}

TEST_CASE("answers about one target are joined", "[fleet]") {
    Columns columns(kGrid, 1, 100), more(kGrid, 1, 100);
    columns.put(0, Role::resident, at(4), 5e6);
    columns.put(0, Role::limit, at(4), 1e9);
    more.put(0, Role::limit, at(4), 2e9);
    more.put(0, Role::limit, at(2), 2e9);
    more.put(0, Role::fds, at(4), 7);
    columns.join(std::move(more));
    CHECK(columns.at(0, Role::limit, 4) == 1e9);
    CHECK(columns.at(0, Role::limit, 2) == 2e9);
    CHECK(sample_at(columns, 4).fds == 7);
    CHECK(sample_at(columns, 4).limit == Limit{LimitKind::cgroup_max, 1'000'000'000, 5'000'000});
}

TEST_CASE("memory is judged in place of the resident set where there is such, and never mixed", "[fleet]") {
    Columns columns(kGrid, 1, 100);
    columns.put(0, Role::resident, at(0), 9e6);
    columns.put(0, Role::memory, at(0), 4e6);
    columns.put(0, Role::resident, at(1), 9e6);
    columns.put(0, Role::memory_limit, at(0), 8e6);
    CHECK(sample_at(columns, 0, true).rss_bytes == 9'000'000);
    CHECK(sample_at(columns, 0, true).anon_bytes == 4'000'000);
    CHECK(sample_at(columns, 0, true).limit == Limit{LimitKind::given, 8'000'000, 4'000'000});
    CHECK_FALSE(look_at(columns, 0, 1, true, Series::memory));
}

TEST_CASE("no limit is none: -1, 0, and the largest number that a kernel has", "[fleet]") {
    for (const double value : {-1.0, 0.0, 9.223372036854772e18}) {
        Columns columns(kGrid, 1, 100);
        columns.put(0, Role::resident, at(0), 9e6);
        columns.put(0, Role::limit, at(0), value);
        CHECK_FALSE(sample_at(columns, 0).limit);
    }
}

TEST_CASE("a start time makes an age, unless it is to come", "[fleet]") {
    Columns columns(kGrid, 1, 100);
    columns.put(0, Role::resident, at(1), 9e6);
    columns.put(0, Role::start, at(1), 1000);
    CHECK(sample_at(columns, 1).age == 60s);
    columns.put(0, Role::resident, at(2), 9e6);
    columns.put(0, Role::start, at(2), 99999);
    CHECK_FALSE(sample_at(columns, 2).age);
}

TEST_CASE("a grid begins at a whole step and is split without a gap", "[fleet]") {
    const Grid grid = grid_between(90'001, 300'000, 60'000);
    CHECK(grid == Grid{120'000, 60'000, 4});
    const auto [head, tail] = split(grid, 3);
    CHECK(head == Grid{120'000, 60'000, 3});
    CHECK(tail == Grid{300'000, 60'000, 1});
    CHECK(split(grid, 9).second.count == 0);
    CHECK(place_of(grid, 180'000) == 1U);
    CHECK_FALSE(place_of(grid, 180'001));
    CHECK(grid_between(100, 50, 60'000).count == 0);
}

TEST_CASE("a step is a 540th of the patience, in round figures", "[fleet]") {
    CHECK(step_for(9h) == 60s);
    CHECK(step_for(2h) == 10s);
    CHECK(step_for(1s) == 1s);
    CHECK(step_for(24h * 7) == 900s);
}
