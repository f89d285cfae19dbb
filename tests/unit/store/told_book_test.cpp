// SPDX-License-Identifier: MIT
#include "core/store/told_book.h"

#include "tests/catch.h"
#include "tests/temp_tree.h"

namespace rampwatch::store {

using namespace std::chrono_literals;

TEST_CASE("what was told comes back as it was, whatever a target is called", "[store]") {
    test::TempTree tree;
    CHECK(load_told(tree.path("none"))->empty());
    const ToldBook book = {{"/var/lib/rampwatch/nginx",
                            {.told_wall = 1'764'000'000s, .leak = true, .rise = 1.5e8, .eta_s = 86400.25}},
                           {"/h/odd\tname\n%41",
                            {.growing_through_restarts = true, .limit_near = true, .silent_until_wall = 9s}},
                           {"/h/plain", {}}};
    REQUIRE(save_told(tree.path("told"), book));
    const auto read = load_told(tree.path("told"));
    REQUIRE(read);
    CHECK(*read == book);
    tree.file("told", "rampwatch-told 1\nname\tnonsense\n");
    CHECK(load_told(tree.path("told")).error().where == tree.path("told") + ":2");
    tree.file("told", "something else\n");
    CHECK_FALSE(load_told(tree.path("told")));
}

}  // namespace rampwatch::store
