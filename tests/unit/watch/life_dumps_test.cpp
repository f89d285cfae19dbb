// SPDX-License-Identifier: MIT
#include "core/watch/life_dumps.h"

#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using watch::LifeDumps;

namespace {

// So many threads that wait for a quote, in Python's frames or in those of the interpreter.
Dump dump_of(std::int64_t threads, bool in_python) {
    Group group{.count = threads};
    group.frames.push_back({.function = in_python ? "Quotes.wait_for_quote" : "_PyEval_EvalFrameDefault"});
    Dump dump{.life = {.pid = 7, .start_ticks = 1}, .backend = "native", .threads = threads};
    dump.groups.push_back(std::move(group));
    dump.runtimes = {{.name = "Python", .version = "3.11.2", .frames = in_python}};
    return dump;
}

}  // namespace

TEST_CASE("each dump of a life is compared with its first", "[watch]") {
    LifeDumps dumps;
    CHECK_FALSE(dumps.add(dump_of(10, true), {})->groups[0].change);
    CHECK(dumps.add(dump_of(30, true), {})->groups[0].change == 20);
    CHECK(dumps.add(dump_of(95, true), {})->groups[0].change == 85);
}

TEST_CASE("a first dump without the frames of a language gives way to one that has them", "[watch]") {
    LifeDumps dumps;
    dumps.add(dump_of(10, false), {});
    CHECK_FALSE(dumps.add(dump_of(30, true), {})->groups[0].change);
    CHECK(dumps.add(dump_of(95, true), {})->groups[0].change == 65);
}

TEST_CASE("one dump without the frames of a language takes no baseline away", "[watch]") {
    LifeDumps dumps;
    dumps.add(dump_of(10, true), {});
    CHECK_FALSE(dumps.add(dump_of(30, false), {})->groups[0].change);
    CHECK(dumps.add(dump_of(95, true), {})->groups[0].change == 85);
}
