// SPDX-License-Identifier: MIT
#include "core/runtime/runtime.h"

#include "tests/catch.h"

using namespace rampwatch::runtime;
using std::chrono::hours;
using std::chrono::nanoseconds;

TEST_CASE("a budget is spent whole pieces at a time, and is over once it is empty", "[runtime]") {
    Budget budget = budget_of(100, hours(1), hours(1));

    CHECK(budget.spend(60));
    CHECK_FALSE(budget.spend(41));
    CHECK_FALSE(budget.over());
    CHECK(budget.spend(40));
    CHECK(budget.over());
}

TEST_CASE("a budget is over when its time is, of either clock", "[runtime]") {
    CHECK(budget_of(100, nanoseconds(0), hours(1)).over());
    CHECK(budget_of(100, hours(1), nanoseconds(0)).over());
    CHECK_FALSE(budget_of(100, hours(1), hours(1)).over());
}
