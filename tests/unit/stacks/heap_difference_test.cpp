// SPDX-License-Identifier: MIT
#include "core/stacks/heap_difference.h"

#include "tests/catch.h"

using namespace rampwatch;

namespace {

HeapType type(const std::string& name, double count, double each, double half = 0) {
    return {.name = name,
            .count = {count, half / each},
            .bytes = {count * each, half},
            .own_bytes = count * each};
}

}  // namespace

TEST_CASE("of two readings of a heap it is told what there is more of", "[heap_difference]") {
    HeapTypes before, now;
    before.wall = std::chrono::seconds(100);
    before.types = {type("Entry", 1000, 100), type("Session", 50, 10)};
    now.types = {type("Entry", 900, 100), type("Session", 80, 10), type("Cart", 40, 30)};
    const HeapTypes change = stacks::heap_difference(before, now);
    REQUIRE(change.types.size() == 2);
    CHECK(change.types[0].name == "Cart");
    CHECK(change.types[1].name == "Session");
    CHECK(change.types[1].count.value == 30);
    CHECK(change.new_bytes == 40 * 30 + 30 * 10);
    CHECK(change.since == before.wall);
}

TEST_CASE("what two intervals leave open is not told", "[heap_difference]") {
    HeapTypes before, now;
    before.types = {type("Entry", 1000, 100, 3000)};
    now.types = {type("Entry", 1040, 100, 3000)};
    CHECK(stacks::heap_difference(before, now).types.empty());
    now.types = {type("Entry", 1050, 100, 3000)};
    const HeapTypes change = stacks::heap_difference(before, now);
    REQUIRE(change.types.size() == 1);
    CHECK(change.types[0].bytes.half == Approx(std::hypot(3000, 3000)));
}
