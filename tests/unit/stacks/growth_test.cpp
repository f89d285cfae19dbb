// SPDX-License-Identifier: MIT
#include "core/stacks/growth.h"

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::stacks;
using namespace std::chrono_literals;

namespace {

Group goroutines(std::string function, std::vector<std::int64_t> ids, std::string state = "chan send") {
    Group group{.kind = StackKind::goroutine, .count = static_cast<std::int64_t>(ids.size())};
    group.state = std::move(state);
    group.ids = std::move(ids);
    group.frames = {{.function = std::move(function)}};
    return group;
}

Dump dump_of(std::vector<Group> groups, std::string backend = "eu-stack") {
    Dump dump{.wall = 100s, .life = {.pid = 7, .start_ticks = 9}, .backend = std::move(backend)};
    dump.go = GoProgram{};
    dump.groups = std::move(groups);
    return dump;
}

}  // namespace

TEST_CASE("goroutines that stay are told from those that come and go", "[stacks]") {
    const Dump before =
        dump_of({goroutines("main.leaks", {5, 6, 7}), goroutines("main.serves", {8, 9, 10, 11})});
    Dump now = dump_of(
        {goroutines("main.leaks", {5, 6, 7, 20, 21}), goroutines("main.serves", {11, 30, 31, 32, 33, 34})});
    REQUIRE(compare(now, before));
    compare_members(now, before);
    CHECK(now.groups[0].change == 2);
    CHECK(now.groups[0].stayed == 1.0);
    CHECK(now.groups[1].change == 2);
    CHECK(now.groups[1].stayed == 0.25);
    CHECK(now.baseline == 100s);
}

TEST_CASE("goroutines are compared although threads were read in another way", "[stacks]") {
    Group thread{.count = 3, .frames = {{.function = "main"}}};
    const Dump before = dump_of({goroutines("main.leaks", {5}), thread}, "go");
    Dump now = dump_of({goroutines("main.leaks", {5, 6}), thread});
    REQUIRE(compare(now, before));
    CHECK(now.groups[0].change == 1);
    CHECK_FALSE(now.groups[1].change);
}

TEST_CASE("goroutines at one place that wait for different things are compared apart", "[stacks]") {
    const Dump before = dump_of({goroutines("main.f", {5}), goroutines("main.f", {6, 7}, "sleep")});
    Dump now = dump_of({goroutines("main.f", {5, 8, 9}), goroutines("main.f", {6}, "sleep")});
    REQUIRE(compare(now, before));
    CHECK(now.groups[0].change == 2);
    CHECK(now.groups[1].change == -1);
}

TEST_CASE("what memory consisted of at the baseline comes with the comparison", "[stacks]") {
    Dump before = dump_of({});
    before.rss_bytes = 100;
    before.go->goroutines = 3;
    Dump now = dump_of({});
    REQUIRE(compare(now, before));
    CHECK(now.baseline_rss_bytes == 100);
    REQUIRE(now.baseline_go);
    CHECK(now.baseline_go->goroutines == 3);
    now.life.start_ticks = 10;
    CHECK_FALSE(compare(now, before));
}
