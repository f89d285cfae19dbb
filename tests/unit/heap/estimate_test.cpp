// SPDX-License-Identifier: MIT
#include "core/heap/estimate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::heap;

namespace {

using Population = std::vector<double>;  // what each block holds of one key

constexpr std::size_t kBlocks = 20'000;

double total(const Population& blocks) {
    double sum = 0;
    for (const double value : blocks) sum += value;
    return sum;
}

// What a sample of `samples` blocks says of the whole.
Totals sampled(const Population& blocks, std::size_t samples, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<Cell> cells;
    for (std::size_t k = 0; k < samples; ++k) {
        const Stratum there = stratum(k, samples, blocks.size());
        const double value = blocks[there.from + random() % (there.to - there.from)];
        if (value != 0)
            cells.push_back({1, static_cast<std::uint32_t>(k), static_cast<float>(value),
                             static_cast<float>(64 * value)});
    }
    return estimate(cells, samples, blocks.size())[1];
}

// Of 200 samples the share whose interval holds the truth.
double coverage(const Population& blocks, std::size_t samples) {
    int held = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Totals totals = sampled(blocks, samples, seed);
        if (std::abs(totals.count.value - total(blocks)) <= totals.count.half) ++held;
    }
    return held / 200.0;
}

double below(std::mt19937& random, unsigned most) { return static_cast<double>(random() % most); }

template <class Value>
Population population(Value value) {
    Population blocks;
    for (std::size_t i = 0; i < kBlocks; ++i) blocks.push_back(value(i));
    return blocks;
}

}  // namespace

TEST_CASE("strata cover every block once, and differ in size by one at most", "[heap]") {
    for (const std::uint64_t blocks : {7U, 100U, 4097U}) {
        std::uint64_t next = 0;
        for (std::size_t k = 0; k < 7; ++k) {
            const Stratum there = stratum(k, 7, blocks);
            CHECK(there.from == next);
            CHECK(there.to - there.from >= blocks / 7);
            CHECK(there.to - there.from <= blocks / 7 + 1);
            next = there.to;
        }
        CHECK(next == blocks);
    }
    CHECK(stratum(9, 10, ~std::uint64_t{0}).to == ~std::uint64_t{0});
}

TEST_CASE("where every block was read the totals are exact", "[heap]") {
    std::mt19937 random(3);
    std::vector<Cell> cells;
    std::map<std::uint32_t, double> counts, bytes;
    for (std::uint32_t sample = 0; sample < 500; ++sample) {
        for (int i = 0; i < 20; ++i) {
            const auto key = static_cast<std::uint32_t>(random() % 9);
            const auto count = static_cast<float>(random() % 5);
            cells.push_back({key, sample, count, 48 * count});
            counts[key] += static_cast<double>(count);
            bytes[key] += 48 * static_cast<double>(count);
        }
    }
    std::shuffle(cells.begin(), cells.end(), random);

    for (const auto& [key, totals] : estimate(cells, 500, 500)) {
        CHECK(totals.count == HeapFigure{counts[key], 0});
        CHECK(totals.bytes == HeapFigure{bytes[key], 0});
    }
}

TEST_CASE("the mean of many samples is the truth", "[heap]") {
    std::mt19937 random(11);
    const Population blocks =
        population([&](std::size_t i) { return i / 1000 % 3 == 0 ? 1 + below(random, 30) : 0; });
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) sum += sampled(blocks, 700, seed).count.value;
    CHECK(sum / 400 == Approx(total(blocks)).epsilon(0.005));
}

TEST_CASE("95 % intervals hold the truth in 93 of 100 samples, whatever the heap looks like", "[heap]") {
    std::mt19937 random(5);
    const std::vector<Population> populations = {
        population([&](std::size_t) { return 10 + below(random, 5); }),           // everywhere
        population([](std::size_t i) { return static_cast<double>(i) / 1000; }),  // more and more
        population([](std::size_t i) { return i > 4000 && i < 8000 ? 16.0 : 0; }),
        population([](std::size_t i) { return i > 4000 && i < 4200 ? 16.0 : 0; }),  // 1 % in one run
        population([&](std::size_t) { return random() % 50 == 0 ? 8.0 : 0; }),      // here and there
        population([](std::size_t i) { return i / 50 % 20 == 0 ? 20.0 : 0; }),      // in lumps
    };
    for (const std::size_t samples : {1000U, 2000U, 8000U}) {
        for (std::size_t i = 0; i < populations.size(); ++i) {
            CAPTURE(samples, i);
            CHECK(coverage(populations[i], samples) >= 0.93);
        }
    }
}

TEST_CASE("an interval tells something: within 5 % for what half of the heap is made of", "[heap]") {
    const Population blocks = population([](std::size_t i) { return i < kBlocks / 2 ? 16.0 : 0; });
    CHECK(sampled(blocks, 2000, 1).count.half < 0.05 * total(blocks));
}

TEST_CASE("blocks that did not change cancel in a difference, and gone ones count against", "[heap]") {
    const std::vector<Cell> before = {{1, 0, 5, 50}, {1, 1, 3, 30}, {2, 1, 1, 10}};
    const std::vector<Cell> now = {{1, 0, 5, 50}, {1, 1, 4, 40}, {3, 2, 7, 70}};

    const auto changed = difference(now, before);
    const auto totals = estimate(changed, 3, 3);

    CHECK(changed.size() == 3);
    CHECK(totals.at(1).count.value == 1);
    CHECK(totals.at(2).count.value == -1);
    CHECK(totals.at(3).bytes.value == 70);
}

TEST_CASE("a leak of a thousandth of a heap is measured by growth, and lost between two samples", "[heap]") {
    std::mt19937 random(5);
    const Population before = population([&](std::size_t) { return 1 + below(random, 16); });
    Population now = before;
    for (std::size_t i = 0; i < kBlocks; i += 100) now[i] += 1;  // 200 more of some 170,000
    const Population change = population([&](std::size_t i) { return now[i] - before[i]; });

    CHECK(std::abs(sampled(change, 4000, 1).count.value - 200) < 80);
    CHECK(sampled(now, 4000, 1).count.half > 200);
}

TEST_CASE("parts of a heap add up, their variances too", "[heap]") {
    std::map<std::uint32_t, Totals> sum = {{1, {{10, 3}, {100, 30}, 4}}};
    add(sum, {{1, {{5, 4}, {50, 40}, 2}}, {2, {{1, 1}, {2, 2}, 1}}});
    CHECK(sum[1].count == HeapFigure{15, 5});
    CHECK(sum[1].bytes == HeapFigure{150, 50});
    CHECK(sum[2].count == HeapFigure{1, 1});
}
