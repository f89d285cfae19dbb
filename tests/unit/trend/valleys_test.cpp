// SPDX-License-Identifier: MIT
#include "core/trend/valleys.h"

#include <cmath>

#include "tests/catch.h"

using rampwatch::trend::Valleys;

TEST_CASE("each tooth leaves the least value between two falls, and where it was", "[trend]") {
    Valleys valleys;
    for (int i = 0; i < 100; ++i) {  // teeth of ten blocks on a floor that rises by one a tooth
        const float tooth = static_cast<float>(10 * (i % 10));
        valleys.push(tooth + static_cast<float>(i / 10));
    }
    REQUIRE(valleys.size() == 9);  // the last has not ended
    for (std::size_t ago = 0; ago < valleys.size(); ++ago) {
        CHECK(valleys.back(ago).block == 10 * (8 - ago));
        CHECK(valleys.back(ago).floor == Approx(8.0 - static_cast<double>(ago)));
    }
    CHECK(valleys.height() == Approx(90).epsilon(.1));
}

TEST_CASE("small falls on the way up are no teeth, and what was not seen is none", "[trend]") {
    Valleys valleys;
    for (int i = 0; i < 60; ++i) valleys.push(i % 20 == 0 ? 0 : static_cast<float>(5 * (i % 20)));
    const auto before = valleys.size();
    for (int i = 1; i < 20; ++i) {
        valleys.push(static_cast<float>(5 * i - (i % 2 == 0 ? 8 : 0)));
        CHECK_FALSE(valleys.push(std::nanf("")));
    }
    CHECK(valleys.size() <= before + 1);
}
