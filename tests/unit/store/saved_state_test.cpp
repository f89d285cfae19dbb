// SPDX-License-Identifier: MIT
#include "core/base/whole_file.h"
#include "core/store/state.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

namespace rampwatch::store {
namespace {

using namespace std::chrono_literals;

SavedState some_state() {
    return {.boot_id = "7a5b",
            .pid = 4711,
            .start_ticks = 123456,
            .life = 3,
            .shift = -5s,
            .last_mono = 100h,
            .last_wall = 1'764'000'000s,
            .learned = std::vector<std::byte>(1000, std::byte{42})};
}

std::string text_of(const SavedState& state) {
    const auto bytes = bytes_of(state);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("a saved state comes back as it was; a missing one is none", "[store]") {
    test::TempTree tree;
    CHECK_FALSE(load_state(tree.path("none"))->has_value());
    tree.file("state", text_of(some_state()));
    const auto state = load_state(tree.path("state"));
    REQUIRE(state);
    REQUIRE(state->has_value());
    CHECK(**state == some_state());
}

TEST_CASE("a state of another version, a cut one and one with a flipped bit are refused", "[store]") {
    test::TempTree tree;
    const std::string good = text_of(some_state());
    const auto refused = [&](const std::string& text) {
        tree.file("state", text);
        const auto state = load_state(tree.path("state"));
        REQUIRE_FALSE(state);
        CHECK(state.error().kind == Error::Kind::bad_input);
        return state.error().what;
    };
    CHECK(refused("rampwatch-state 2\r\n\x1a\nsomething newer") == "a state of another version");
    CHECK(refused("time_s,rss_bytes\n") == "no saved state of rampwatch");
    for (std::size_t size = 0; size < good.size(); size += 37)
        CHECK_FALSE(refused(good.substr(0, size)).empty());
    for (std::size_t at = 21; at < good.size(); at += 13) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 4);
        CHECK(refused(bad) == "a damaged state");
    }
}

}  // namespace rampwatch::store
