// SPDX-License-Identifier: MIT
#include "core/worker/go_heap.h"

#include <cmath>

#include "tests/catch.h"

using namespace rampwatch;

namespace {

worker::SiteBaseline baseline(std::size_t rows) {
    worker::SiteBaseline made;
    made.life = {.boot_id = "b", .pid = 4711, .start_ticks = 100};
    made.program = 0x7ffc1234;
    made.wall = std::chrono::seconds(100);
    made.in_use = 1 << 20;
    for (std::size_t i = 0; i < rows; ++i)
        made.rows.push_back({"main.put (cache.go:" + std::to_string(i) + ")", 10, 100, 5120});
    return made;
}

}  // namespace

TEST_CASE("a baseline of allocation sites comes back as it was, and a cut one is refused", "[go_heap]") {
    const auto bytes = worker::to_bytes(baseline(3));
    CHECK(worker::is_site_baseline(bytes));
    const auto back = worker::site_baseline_of(bytes);
    REQUIRE(back);
    CHECK(back->rows.size() == 3);
    CHECK(back->rows[2].stack == "main.put (cache.go:2)");
    CHECK(back->life.pid == 4711);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
        CHECK_FALSE(worker::site_baseline_of(std::span(bytes).first(cut)));
}

TEST_CASE("a baseline of allocation sites is bounded, the biggest stay", "[go_heap]") {
    auto many = baseline(3);
    many.rows.front().stack = "kept";
    for (int i = 0; i < 2000; ++i) many.rows.push_back({std::string(4096, 'x'), 1, 1, 1});
    const auto bytes = worker::to_bytes(many);
    CHECK(bytes.size() <= std::size_t{4} << 20);
    const auto back = worker::site_baseline_of(bytes);
    REQUIRE(back);
    CHECK(back->rows.front().stack == "kept");
}

TEST_CASE("what a sampled object stands for grows as it is smaller than the rate", "[go_heap]") {
    CHECK(golang::scale(0, 0, 512 << 10) == 0);
    CHECK(golang::scale(1, 64 << 20, 512 << 10) == Approx(1));
    CHECK(golang::scale(10, 10 * 512, 512 << 10) == Approx(1024).epsilon(0.01));
    CHECK(golang::scale(10, 5120, 1) == 1);
}
