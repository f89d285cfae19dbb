// SPDX-License-Identifier: MIT
#include "core/stacks/difference.h"

#include "tests/catch.h"

using namespace rampwatch;

namespace {

Group group(const std::string& function, std::int64_t count) {
    Frame frame;
    frame.function = function;
    frame.module = "/opt/shop";
    Group made;
    made.count = count;
    made.frames = {frame};
    return made;
}

}  // namespace

TEST_CASE("the difference of two dumps has what came, what went and what is gone", "[stacks]") {
    Dump before, now;
    before.groups = {group("push", 12), group("poll", 8), group("gone", 3), group("same", 5)};
    now.groups = {group("push", 4031), group("poll", 6), group("same", 5), group("new", 1)};
    const Dump difference = stacks::difference(before, now);
    REQUIRE(difference.groups.size() == 4);
    CHECK(difference.groups[0].frames[0].function == "push");
    CHECK(difference.groups[0].change == 4019);
    CHECK(difference.groups[0].count == 4031);
    CHECK(difference.groups[1].frames[0].function == "gone");
    CHECK(difference.groups[1].change == -3);
    CHECK(difference.groups[1].count == 0);
    CHECK(difference.groups[2].change == -2);
    CHECK(difference.groups[3].change == 1);
}

TEST_CASE("two equal dumps have no difference", "[stacks]") {
    Dump dump;
    dump.groups = {group("push", 12), group("push", 3)};
    CHECK(stacks::difference(dump, dump).groups.empty());
}
