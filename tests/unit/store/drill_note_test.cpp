// SPDX-License-Identifier: MIT
#include "core/store/drill_note.h"

#include "core/store/history_place.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

namespace rampwatch::store {

using namespace std::chrono_literals;

TEST_CASE("the newest drill of a target is the one that is noted, beside its history", "[store]") {
    test::TempTree tree;
    const std::string place = tree.path("");
    CHECK_FALSE(noted_drill(place, "nginx"));

    REQUIRE(note_drill(history_path(place, "nginx"), 1'764'000'000s));
    REQUIRE(note_drill(history_path(place, "nginx"), 1'764'000'600s));

    CHECK(noted_drill(place, "nginx") == 1'764'000'600s);
    CHECK_FALSE(noted_drill(place, "other"));
    CHECK(targets_in(place)->empty());  // a note alone is no history

    tree.file("nginx.drill", "no number\n");
    CHECK_FALSE(noted_drill(place, "nginx"));
}

}  // namespace rampwatch::store
