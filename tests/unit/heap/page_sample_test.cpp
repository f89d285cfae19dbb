// SPDX-License-Identifier: MIT
#include "core/heap/page_sample.h"

#include <algorithm>
#include <random>
#include <set>

#include "tests/catch.h"

using namespace rampwatch::heap;
using rampwatch::probe::PageRun;
using rampwatch::probe::PageSet;

namespace {

PageSet set_of(const std::set<std::uint64_t>& pages) {
    PageSet set;
    for (const std::uint64_t page : pages) set.add({page, 1});
    return set;
}

std::set<std::uint64_t> members(const PageSet& set) {
    std::set<std::uint64_t> pages;
    for (std::size_t i = 0; i < set.runs(); ++i) {
        for (std::uint64_t k = 0; k < set.run(i).count; ++k) pages.insert(set.run(i).first + k);
    }
    return pages;
}

std::set<std::uint64_t> some(std::mt19937& random, std::uint64_t most, int in_ten) {
    std::set<std::uint64_t> pages;
    for (std::uint64_t page = 0; page < most; ++page) {
        if (static_cast<int>(random() % 10) < in_ten) pages.insert(page);
    }
    return pages;
}

}  // namespace

TEST_CASE("blocks are those that hold a page, and what is new of them is a difference of sets", "[heap]") {
    std::mt19937 random(1);
    for (int round = 0; round < 50; ++round) {
        const auto pages = some(random, 300, round % 10), before = some(random, 80, (round + 3) % 10);
        std::set<std::uint64_t> blocks, fresh;
        for (const std::uint64_t page : pages) blocks.insert(page / 4);
        std::set_difference(blocks.begin(), blocks.end(), before.begin(), before.end(),
                            std::inserter(fresh, fresh.end()));
        CHECK(members(blocks_of(set_of(pages), 2)) == blocks);
        CHECK(members(minus(set_of(blocks), set_of(before))) == fresh);
    }
}

TEST_CASE("a sample has one block of each stratum, is ascending, and the same for the same seed", "[heap]") {
    PageSet blocks;
    blocks.add({100, 60'000});
    blocks.add({200'000, 5});
    blocks.add({300'000, 90'000});

    const auto chosen = sample_of(blocks, 1000, 7);

    REQUIRE(chosen.size() == 1000);
    CHECK(std::is_sorted(chosen.begin(), chosen.end()));
    CHECK(std::set(chosen.begin(), chosen.end()).size() == 1000);
    CHECK(std::all_of(chosen.begin(), chosen.end(), [&](auto block) { return blocks.contains(block); }));
    CHECK(chosen == sample_of(blocks, 1000, 7));
    CHECK(chosen != sample_of(blocks, 1000, 8));
    CHECK(sample_of(blocks, 200'000, 1).size() == blocks.pages());
    CHECK(sample_of(PageSet(), 10, 1).empty());
}
