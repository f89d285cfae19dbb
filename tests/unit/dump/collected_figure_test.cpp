// SPDX-License-Identifier: MIT
#include "core/dump/collected_figure.h"

#include <optional>
#include <vector>

#include "tests/catch.h"

using rampwatch::dump::CollectedFigure;

namespace {

using Look = CollectedFigure::Look;
using Told = std::vector<std::optional<std::int64_t>>;

Told told(const std::vector<Look>& looks) {
    CollectedFigure figure;
    Told told;
    for (const Look& look : looks) told.push_back(figure.look(look));
    return told;
}

}  // namespace

TEST_CASE("before the first collection of the old generation nothing is told of it", "[collected_figure]") {
    Told nothing(5);
    CHECK(told({{100, 3}, {120, 3}, {140, 3}, {160, 3}, {180, 3}}) == nothing);
    CHECK(told({{100, 0, 6, 10}, {120, 0, 6, 11}, {140, 0, 6, 12}, {160, 0, 6, 13}, {90, 0, 6, 20}}) ==
          nothing);
}

TEST_CASE("what a whole collection left is told once, in the look after it", "[collected_figure]") {
    CHECK(told({{100, 0}, {400, 0}, {150, 1}, {160, 1}, {170, 2}}) ==
          Told{std::nullopt, std::nullopt, 150, std::nullopt, 170});
}

TEST_CASE("of G1 the lowest is told that mixed collections come down to after a marking",
          "[collected_figure]") {
    // bytes, whole, marks, parts
    CHECK(told({{700, 0, 0, 10},
                {690, 0, 2, 10},  // remark and cleanup: what is wholly dead is gone
                {720, 0, 2, 11},  // the young collection before the mixed ones
                {600, 0, 2, 12},  // mixed
                {500, 0, 2, 13},  // mixed
                {510, 0, 2, 14},  // young ones, which promote
                {520, 0, 2, 15},
                {540, 0, 2, 17},
                {560, 0, 2, 18}}) == Told{std::nullopt, std::nullopt, std::nullopt, std::nullopt,
                                          std::nullopt, std::nullopt, std::nullopt, 500, std::nullopt});
}

TEST_CASE("a marking that begins before the one before was used up tells what that one left",
          "[collected_figure]") {
    CHECK(told({{700, 0, 0, 10}, {690, 0, 2, 10}, {650, 0, 2, 11}, {800, 0, 4, 12}}) ==
          Told{std::nullopt, std::nullopt, std::nullopt, 650});
}

TEST_CASE("a whole collection of G1 tells at once, and ends what a marking began", "[collected_figure]") {
    CHECK(told({{700, 0, 0, 10}, {690, 0, 2, 10}, {300, 1, 2, 10}, {310, 1, 2, 15}}) ==
          Told{std::nullopt, std::nullopt, 300, std::nullopt});
}

TEST_CASE("counters that go back, and sizes that cannot be, are another program's", "[collected_figure]") {
    CHECK(told({{100, 5}, {90, 1}, {80, 2}}) == Told{std::nullopt, std::nullopt, 80});
    CHECK(told({{100, 0}, {UINT64_MAX, 1}, {120, 1}}) == Told(3));
}
