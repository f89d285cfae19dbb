// SPDX-License-Identifier: MIT
#include "core/runtime/holder_votes.h"

#include <random>
#include <set>

#include "core/runtime/met_objects.h"
#include "tests/catch.h"

using namespace rampwatch::runtime;

namespace {

constexpr std::uint64_t kOwner = 1, kOther = 2;

// `count` pointers of `holder` to as many objects, the first of which is `from`.
void point(HolderVotes& votes, std::uint64_t holder, std::uint64_t from, int count, double stands_for = 1) {
    for (int i = 0; i < count; ++i) votes.add(holder, from + 16 * static_cast<std::uint64_t>(i), stands_for);
}

}  // namespace

TEST_CASE("the holder that nearly all pointers are of is named", "[runtime]") {
    HolderVotes votes;
    point(votes, kOwner, 0x1000, 90);
    point(votes, kOther, 0x1000, 10);
    const auto winner = votes.winner(100);
    REQUIRE(winner);
    CHECK(winner->holder == kOwner);
    CHECK(winner->pointers == 90);
    CHECK(winner->share == Approx(0.9));
}

TEST_CASE("nineteen objects are too few, and a thousand pointers to one of them are no more", "[runtime]") {
    HolderVotes votes;
    point(votes, kOwner, 0x1000, 19);
    for (int i = 0; i < 20; ++i) votes.add(kOwner, 0x1000, 1);
    CHECK_FALSE(votes.winner(30));
    votes.add(kOwner, 0x9000, 1);
    CHECK(votes.winner(30));
}

TEST_CASE("an owner beside a list of stale pointers is not named, nor is that list", "[runtime]") {
    HolderVotes votes;
    point(votes, kOwner, 0x1000, 100);
    point(votes, kOther, 0x1000, 40);
    CHECK_FALSE(votes.winner(100));
}

TEST_CASE("pointers to few of the objects, or many to each, are no owner's", "[runtime]") {
    HolderVotes few, many;
    point(few, kOther, 0x1000, 30);
    CHECK_FALSE(few.winner(100));
    for (int i = 0; i < 5; ++i) point(many, kOther, 0x1000, 100);
    point(many, kOwner, 0x1000, 100);
    CHECK_FALSE(many.winner(100));
}

TEST_CASE("a pointer of a sampled block counts for those that were not read", "[runtime]") {
    HolderVotes votes;
    point(votes, kOwner, 0x1000, 25, 40);  // one in forty was read
    point(votes, kOther, 0x1000, 100, 1);
    const auto winner = votes.winner(1000);
    REQUIRE(winner);
    CHECK(winner->holder == kOwner);
    CHECK(winner->share == Approx(1000.0 / 1100));
}

TEST_CASE("a pointer beside its object is one, for both are sampled or neither", "[runtime]") {
    CHECK(weight_of(0x10'0010, 0x10'0000, 16'384, 40) == 1);
    CHECK(weight_of(0x10'4000, 0x10'0000, 16'384, 40) == 40);
    CHECK(weight_of(0x0f'fff0, 0x10'0000, 16'384, 40) == 40);
}

TEST_CASE("a table of addresses has what was put into it, and nothing else", "[runtime]") {
    AddressTable table;
    std::mt19937_64 random(1);
    std::set<std::uint64_t> put;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        const std::uint64_t address = 0x7f00'0000'0000 + random() % 1'000'000 * 16;
        if (put.insert(address).second) table.add(address, i);
    }
    CHECK(table.size() == put.size());
    for (std::uint64_t i = 0; i < 1'000'000; ++i) {
        const std::uint64_t address = 0x7f00'0000'0000 + i * 16;
        REQUIRE(table.find(address).has_value() == put.contains(address));
    }
    CHECK_FALSE(table.find(0));
    CHECK_FALSE(AddressTable().find(0));
}

TEST_CASE("of more objects than there is room for, some of all ages are kept", "[runtime]") {
    MetObjects met;
    const std::uint64_t all = 8 * MetObjects::kEach;
    for (std::uint64_t i = 1; i <= all; ++i) met.offer(7, i);
    CHECK(met.of(7).size() == MetObjects::kEach);
    std::uint64_t late = 0;
    for (const std::uint64_t address : met.of(7)) late += address > all / 2 ? 1U : 0U;
    CHECK(static_cast<double>(late) == Approx(MetObjects::kEach / 2).epsilon(0.05));
    CHECK(met.of(8).empty());
}
