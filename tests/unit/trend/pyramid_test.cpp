// SPDX-License-Identifier: MIT
#include "core/trend/pyramid.h"

#include <algorithm>
#include <random>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch::trend;

TEST_CASE("every level holds the floors and means of its own width", "[trend]") {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<float> value(0, 1000);
    Pyramid pyramid(8, 1);
    std::vector<Block> all;
    for (int i = 0; i < 5000; ++i) {
        const float floor = value(random);
        all.push_back({floor, floor + 1});
        pyramid.push(all.back());
    }
    for (std::size_t level = 0; level < pyramid.levels(); ++level) {
        const std::size_t width = std::size_t{1} << level;
        const std::size_t finished = all.size() / width;
        REQUIRE(pyramid.count(level) == finished);
        REQUIRE(pyramid.size(level) == std::min(finished, Pyramid::kDepth));
        for (std::size_t ago = 0; ago < pyramid.size(level); ++ago) {
            const std::size_t from = (finished - 1 - ago) * width;
            float floor = 1e9F;
            double mean = 0;
            for (std::size_t i = from; i < from + width; ++i) {
                floor = std::min(floor, all[i].floor);
                mean += static_cast<double>(all[i].mean) / static_cast<double>(width);
            }
            REQUIRE(pyramid.back(level, ago).floor == floor);
            REQUIRE(pyramid.back(level, ago).mean == Approx(mean).epsilon(1e-5));
        }
    }
}

TEST_CASE("push says how many levels finished a block", "[trend]") {
    Pyramid pyramid(3, 1);
    std::vector<std::size_t> finished;
    for (int i = 0; i < 8; ++i) finished.push_back(pyramid.push({1, 1}));
    CHECK(finished == std::vector<std::size_t>{1, 2, 1, 3, 1, 2, 1, 3});
}

TEST_CASE("a hole is missing at its own width and bridged by wider blocks", "[trend]") {
    Pyramid pyramid(3, 1);
    for (const Block block : {Block{5, 6}, Block{}, Block{}, Block{}}) pyramid.push(block);
    CHECK(pyramid.back(0, 0).missing());
    CHECK(pyramid.back(1, 1).floor == 5);
    CHECK(pyramid.back(1, 0).missing());
    CHECK(pyramid.back(2, 0).floor == 5);
}

TEST_CASE("a rise counts as a swing once half of it was given back", "[trend]") {
    Swings swings;
    for (const float floor : {10.0F, 20.0F, 30.0F, 21.0F}) swings.add(floor, 1);
    CHECK(swings.largest == 0);
    swings.add(19, 1);
    CHECK(swings.largest == 20);
    CHECK(swings.count == 1);
    for (const float floor : {25.0F, 40.0F, 60.0F}) swings.add(floor, 1);
    CHECK(swings.largest == 20);  // still going up
}

TEST_CASE("a sawtooth is a swing at widths below its period and none above", "[trend]") {
    Pyramid pyramid(10, 1);
    for (int i = 0; i < 4096; ++i) pyramid.push({static_cast<float>(i % 16), static_cast<float>(i % 16)});
    CHECK(pyramid.swings(0).largest == 15);
    CHECK(pyramid.swing_below(4) >= 8);
    CHECK(pyramid.swing_from(4) == 0);
    CHECK(pyramid.swings(0).usual == Approx(15));
    CHECK(pyramid.swings(0).usual_blocks == Approx(16));
}

TEST_CASE("a new life forgets floors and remembers swings", "[trend]") {
    Pyramid pyramid(4, 1);
    for (const float floor : {10.0F, 30.0F, 10.0F}) pyramid.push({floor, floor});
    pyramid.restart();
    CHECK(pyramid.size(0) == 0);
    CHECK(pyramid.swings(0).largest == 20);
    pyramid.push({5, 5});
    CHECK(pyramid.swings(0).largest == 20);  // the fall between two lives is none of either
}
