// SPDX-License-Identifier: MIT
#include "core/watch/spin_guard.h"

#include "tests/catch.h"

using namespace std::chrono_literals;
using rampwatch::watch::SpinGuard;
using std::chrono::nanoseconds;

namespace {

// `seconds` of turns `every` so long; how often the guard spoke.
int spoken(SpinGuard& guard, nanoseconds& now, int seconds, nanoseconds every, bool told) {
    int count = 0;
    for (const nanoseconds end = now + std::chrono::seconds(seconds); now < end; now += every)
        count += guard.turned(now, told) ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("a loop that turns for nothing ten seconds long is told once, and rests", "[watch]") {
    SpinGuard guard;
    nanoseconds now = 5s;
    CHECK(spoken(guard, now, 9, 200us, false) == 0);
    CHECK(guard.rest() == 0s);
    CHECK(spoken(guard, now, 3, 200us, false) == 1);
    CHECK(guard.rest() == SpinGuard::kRest);
    CHECK(spoken(guard, now, 60, SpinGuard::kRest, false) == 0);
    CHECK(guard.rest() == SpinGuard::kRest);
}

TEST_CASE("a sample each second does not hide a loop that spins between them", "[watch]") {
    SpinGuard guard;
    nanoseconds now = 5s;
    int told = 0;
    for (int second = 0; second < 14; ++second) {
        told += guard.turned(now, true) ? 1 : 0;
        told += spoken(guard, now, 1, 500us, false);
    }
    CHECK(told == 1);
}

TEST_CASE("a loop that waits again no longer rests", "[watch]") {
    SpinGuard guard;
    nanoseconds now = 5s;
    REQUIRE(spoken(guard, now, 13, 200us, false) == 1);
    spoken(guard, now, 5, 1s, true);
    CHECK(guard.rest() == 0s);
}

TEST_CASE("turns that bring something, and few that do not, are no fault", "[watch]") {
    SpinGuard guard;
    nanoseconds now = 5s;
    CHECK(spoken(guard, now, 30, 200us, true) == 0);
    CHECK(spoken(guard, now, 30, 5ms, false) == 0);
    CHECK(spoken(guard, now, 8, 200us, false) == 0);
    CHECK(spoken(guard, now, 2, 100ms, false) == 0);
    CHECK(spoken(guard, now, 8, 200us, false) == 0);
    CHECK(guard.rest() == 0s);
}
