// SPDX-License-Identifier: MIT
#include "core/dump/lazy_free_estimate.h"

#include "tests/catch.h"

using rampwatch::dump::LazyFreeEstimate;

namespace {

constexpr std::int64_t kMib = 1 << 20;

// What is judged: the anonymous memory that was not given back.
std::int64_t held(const LazyFreeEstimate& estimate, std::int64_t anonymous) {
    return anonymous - estimate.at(anonymous).value();
}

}  // namespace

TEST_CASE("nothing is known of memory given back before it was read", "[dump]") {
    CHECK_FALSE(LazyFreeEstimate().at(kMib));
}

TEST_CASE("a rise that is given back is level between readings too, however long they take", "[dump]") {
    LazyFreeEstimate estimate;
    estimate.set(20 * kMib, 10 * kMib);
    estimate.set(60 * kMib, 50 * kMib);
    for (std::int64_t anonymous = 60; anonymous < 400; anonymous += 20)
        CHECK(held(estimate, anonymous * kMib) == 10 * kMib);
}

TEST_CASE("a leak beside memory that was given back once is seen whole", "[dump]") {
    LazyFreeEstimate estimate;
    estimate.set(100 * kMib, 60 * kMib);
    estimate.set(120 * kMib, 60 * kMib);
    CHECK(held(estimate, 150 * kMib) == 90 * kMib);
    estimate.set(140 * kMib, 0);  // the kernel took what was given back
    CHECK(held(estimate, 150 * kMib) == 150 * kMib);
}

TEST_CASE("half of a rise that is given back leaves the other half", "[dump]") {
    LazyFreeEstimate estimate;
    estimate.set(10 * kMib, 0);
    estimate.set(30 * kMib, 10 * kMib);
    CHECK(held(estimate, 50 * kMib) == 30 * kMib);
}

TEST_CASE("an estimate is never more than there is, nor less than nothing", "[dump]") {
    LazyFreeEstimate estimate;
    estimate.set(100 * kMib, 100 * kMib);
    CHECK(estimate.at(40 * kMib) == 40 * kMib);
    CHECK(estimate.at(0) == 0);
    CHECK(estimate.at(-5) == 0);
    estimate.set(-5, 3);  // no kernel says so
    CHECK(estimate.at(0) == 0);
}
