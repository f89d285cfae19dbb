// SPDX-License-Identifier: MIT
#include "core/cxx/arenas.h"

#include "tests/catch.h"

using namespace rampwatch;

TEST_CASE("how much of a block is free is added up over the chunks that reach into it", "[cxx]") {
    cxx::FreeChunks free;
    free.chunks = {{1000, 500}, {1600, 100}, {2000, 1000}};
    CHECK(free.overlap(0, 1000) == 0);
    CHECK(free.overlap(1100, 50) == 50);
    CHECK(free.overlap(1400, 400) == 200);
    CHECK(free.overlap(900, 5000) == 1600);
    CHECK(free.overlap(3000, 10) == 0);
    CHECK(free.overlap(1500, 100) == 0);
    CHECK(cxx::FreeChunks{}.overlap(1000, 10) == 0);
}
