// SPDX-License-Identifier: MIT
#include "core/report/go_text.h"

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::report;
using namespace std::chrono_literals;

TEST_CASE("the hint of a wait is that of its own kind", "[report]") {
    CHECK(wait_hint("chan send").find("ctx.Done()") != std::string_view::npos);
    CHECK(wait_hint("chan send (nil chan)").find("nil") != std::string_view::npos);
    CHECK(wait_hint("select (no cases)") != wait_hint("select"));
    CHECK(wait_hint("IO wait").find("deadlines") != std::string_view::npos);
    CHECK(wait_hint("GC worker (idle)").empty());
    CHECK(wait_hint("").empty());
}

TEST_CASE("a wait is told from its least to its most", "[report]") {
    Group group;
    group.state = "chan send";
    CHECK(wait_text(group) == "chan send");
    group.waited_at_most = 200h;
    CHECK(wait_text(group).starts_with("chan send, at most "));
    group.waited_at_least = 3min;
    CHECK(wait_text(group).starts_with("chan send, 3 min .. "));
    group.waited_at_most.reset();
    CHECK(wait_text(group) == "chan send, at least 3 min");
}

TEST_CASE("the parts of a Go program's memory are told biggest first and add up", "[report]") {
    GoProgram go;
    go.stack_bytes = 8 << 20;
    CHECK(go_memory_parts(go, 100 << 20).empty());
    go.heap = GoHeap{};
    go.heap->marked = 50 << 20;
    go.heap->live = 60 << 20;
    go.heap->in_use = 61 << 20;
    go.heap->free = 4 << 20;
    const auto parts = go_memory_parts(go, 100 << 20);
    REQUIRE(parts.size() == 6);
    CHECK(parts[0].find("live heap") != std::string::npos);
    CHECK(parts[1].find("the rest") != std::string::npos);
    CHECK(parts[2].find("garbage or new") != std::string::npos);
}

TEST_CASE("a foreign version is escaped", "[report]") {
    GoProgram go;
    go.version = "go1.19\x1b[31m";
    CHECK(go_count_text(go).find('\x1b') == std::string::npos);
}

TEST_CASE("what grew since the baseline is told with what it means", "[report]") {
    Dump dump;
    CHECK(go_memory_lines(dump).empty());
    dump.go = GoProgram{.heap = GoHeap{.marked = 10 << 20, .live = 12 << 20, .in_use = 12 << 20}};
    dump.rss_bytes = 20 << 20;
    CHECK(go_memory_lines(dump).size() == 1);
    dump.baseline_go = dump.go;
    dump.baseline_rss_bytes = dump.rss_bytes;
    CHECK(go_memory_lines(dump).size() == 1);  // no growth, nothing to say

    dump.rss_bytes = 120 << 20;
    dump.go->heap = GoHeap{.marked = 100 << 20, .live = 112 << 20, .in_use = 112 << 20};
    auto lines = go_memory_lines(dump);
    REQUIRE(lines.size() == 3);
    CHECK(lines[1].find("live heap +90.0 MiB") != std::string::npos);
    CHECK(lines[2].find("still reachable") != std::string::npos);

    dump.go = dump.baseline_go;
    lines = go_memory_lines(dump);
    REQUIRE(lines.size() == 3);
    CHECK(lines[2].find("cgo") != std::string::npos);
}
