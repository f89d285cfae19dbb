// SPDX-License-Identifier: MIT
#include "core/fleet/chains.h"

#include <algorithm>
#include <set>

#include "tests/catch.h"

using namespace rampwatch::fleet;

TEST_CASE("pods of one rollout after the other are as many chains as there are at once", "[fleet]") {
    std::vector<Presence> pods;
    for (std::int64_t day = 0; day < 9; ++day)
        for (std::int64_t pod = 0; pod < 40; ++pod)
            pods.push_back({.first_ms = day * 1000 + pod, .last_ms = day * 1000 + 950});
    const auto chains = chains_of(pods);
    CHECK(std::set(chains.begin(), chains.end()).size() == 40);
    for (std::size_t pod = 0; pod < 40; ++pod) {
        std::set<std::size_t> of_day(chains.begin() + static_cast<std::ptrdiff_t>(pod / 40 * 40),
                                     chains.begin() + static_cast<std::ptrdiff_t>(pod / 40 * 40 + 40));
        CHECK(of_day.size() == 40);  // none is twice in one rollout
    }
}

TEST_CASE("who begins while all others are there is a chain of its own", "[fleet]") {
    CHECK(chains_of(std::vector<Presence>{{0, 10}, {5, 20}, {11, 30}, {21, 40}}) ==
          std::vector<std::size_t>{0, 1, 0, 1});
    CHECK(chains_of(std::vector<Presence>{{0, 10}, {10, 20}}) == std::vector<std::size_t>{0, 1});
}

TEST_CASE("of those that ended the latest is gone on from", "[fleet]") {
    CHECK(chains_of(std::vector<Presence>{{0, 3}, {0, 9}, {10, 20}}) == std::vector<std::size_t>{0, 1, 1});
}

TEST_CASE("who was never seen follows nobody, and nobody follows it", "[fleet]") {
    CHECK(chains_of(std::vector<Presence>{{}, {0, 3}, {}, {5, 8}}).back() ==
          chains_of(std::vector<Presence>{{}, {0, 3}, {}, {5, 8}})[1]);
    CHECK(chains_of({}).empty());
}
