// SPDX-License-Identifier: MIT
#include "core/dump/heap_baselines.h"

#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using dump::HeapBaselines;

namespace {

const Life kWho{.boot_id = "b", .pid = 4711, .start_ticks = 100};

HeapBaselines::Baseline at(std::chrono::nanoseconds wall, std::size_t bytes = 3) {
    return {wall, std::vector<std::byte>(bytes, std::byte{7})};
}

}  // namespace

TEST_CASE("a leak is measured from the newest baseline that is older than its onset", "[heap_baselines]") {
    HeapBaselines kept(1h);
    kept.keep(kWho, at(1h));
    kept.keep(kWho, at(3h));
    kept.keep(kWho, at(5h));
    CHECK(kept.choose(kWho, 4h, 8h)->baseline->wall == 3h);
    CHECK_FALSE(kept.choose(kWho, 4h, 8h)->late);
    CHECK(kept.choose(kWho, 5h, 8h)->baseline->wall == 5h);
    CHECK(kept.choose(kWho, std::nullopt, 8h)->baseline->wall == 1h);
}

TEST_CASE("a baseline from within the growth does where half of it came after", "[heap_baselines]") {
    HeapBaselines kept(1h);
    kept.keep(kWho, at(2h));
    const auto late = kept.choose(kWho, 1h, 9h);
    REQUIRE(late);
    CHECK(late->late);
    CHECK_FALSE(kept.choose(kWho, 0h, 3h));
}

TEST_CASE("three are kept: the first, the last, and between them one of some age", "[heap_baselines]") {
    HeapBaselines kept(4h);
    for (int hour = 1; hour <= 24; ++hour) {
        kept.keep(kWho, at(std::chrono::hours(hour)));
        if (hour < 6) continue;
        CAPTURE(hour);
        CHECK(kept.choose(kWho, 1h, 100h)->baseline->wall == 1h);
        CHECK(kept.choose(kWho, 99h, 100h)->baseline->wall == std::chrono::hours(hour));
        const auto middle = kept.choose(kWho, std::chrono::hours(hour) - 1ns, 100h)->baseline->wall;
        CHECK(middle > 1h);
        CHECK(middle >= std::chrono::hours(hour) - 5h);
    }
}

TEST_CASE("what is kept is bounded, whoever was used last stays", "[heap_baselines]") {
    HeapBaselines kept(1h);
    for (std::int32_t pid = 1; pid <= 20; ++pid) {
        Life who = kWho;
        who.pid = pid;
        for (int i = 1; i <= 3; ++i) kept.keep(who, at(std::chrono::hours(i), std::size_t{4} << 20));
    }
    CHECK(kept.save().size() <= HeapBaselines::kMostBytes + 4096);
    Life last = kWho;
    last.pid = 20;
    CHECK(kept.has(last));
    Life first = kWho;
    first.pid = 1;
    CHECK_FALSE(kept.has(first));
    kept.keep(kWho, at(1h, (std::size_t{4} << 20) + 1));
    CHECK_FALSE(kept.has(kWho));
}

TEST_CASE("saved baselines come back, and damaged ones change nothing", "[heap_baselines]") {
    HeapBaselines kept(1h);
    kept.keep(kWho, at(1h));
    kept.keep(kWho, at(2h, 50));
    const auto bytes = kept.save();
    HeapBaselines other(1h);
    REQUIRE(other.restore(bytes));
    CHECK(other.choose(kWho, 2h, 3h)->baseline->bytes.size() == 50);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
        CHECK_FALSE(other.restore(std::span(bytes).first(cut)));
    CHECK(other.has(kWho));
    Life later = kWho;
    later.boot_id = "c";
    CHECK_FALSE(other.has(later));
}
