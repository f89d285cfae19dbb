// SPDX-License-Identifier: MIT
#include "core/helper/guard.h"
#include "core/helper/target_facts.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::helper;

TEST_CASE("what the guard is told comes back from its words", "[helper]") {
    const GuardOrder order{
        4711, 99, std::chrono::seconds(30), std::chrono::seconds(3), {"/usr/bin/gdb", "-p", "4711", ""}};
    CHECK(parse_guard_argv(guard_argv("/proc/self/exe", order)) == order);
    CHECK(parse_guard_argv(guard_argv("x", {.pid = 1})) == GuardOrder{.pid = 1});
}

TEST_CASE("a guard's words that make no sense start nothing", "[helper]") {
    const std::string word(kGuardWord);
    CHECK_FALSE(parse_guard_argv({}));
    CHECK_FALSE(parse_guard_argv({"rampwatch", word}));
    CHECK_FALSE(parse_guard_argv({"rampwatch", word, "0", "1", "1", "1"}));
    CHECK_FALSE(parse_guard_argv({"rampwatch", word, "-1", "1", "1", "1"}));
    CHECK_FALSE(parse_guard_argv({"rampwatch", word, "1", "1", "99999999999", "1"}));
    CHECK_FALSE(parse_guard_argv({"rampwatch", "watch", "1", "1", "1", "1"}));
}

TEST_CASE("how a helper ended comes back from the guard's last line", "[helper]") {
    for (const HelperEnd& end :
         {HelperEnd{}, HelperEnd{.number = 1}, HelperEnd{.signalled = true, .number = 9},
          HelperEnd{.signalled = true, .number = 15, .timed_out = true, .continued = 2},
          HelperEnd{.failure = "the target is gone"}})
        CHECK(parse_end(format_end(end)) == end);
    for (const char* line :
         {"", "guard:", "guard: exit", "guard: exit x continued 0", "guard: exit 300 continued 0",
          "guard: exit 1 continued -1", "eu-stack: no", "guard: exit 1 late continued 0"})
        CHECK_FALSE(parse_end(line));
}

TEST_CASE("names and paths of any bytes come back from the guard's lines", "[helper]") {
    TargetFacts facts;
    facts.threads[7] = {"a b\n\x1b\xff", "futex"};
    facts.threads[8] = {"", ""};
    facts.modules.push_back({0x1000, 0x2000, 0x500, "/opt/my app/\nx"});
    facts.modules.push_back({0x3000, 0x4000, 0x3000, ""});
    TargetFacts read;
    const std::string text = format_facts(facts);
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        CHECK(parse_fact(std::string_view(text).substr(at, end - at), read));
        at = end + 1;
    }
    CHECK(read.threads == facts.threads);
    REQUIRE(read.modules.size() == 2);
    CHECK(read.modules[0].path == "/opt/my app/\nx");
    CHECK(read.modules[0].base == 0x500);
    CHECK(read.modules[1].path.empty());
}

TEST_CASE("a line that is no fact is refused", "[helper]") {
    TargetFacts facts;
    for (const char* line : {"", "task", "task 1 - ", "task x - -", "task 1 6 61", "task 1 zz 61",
                             "map 1 2 3", "map 1 2 x -", "map 1 2 3 6", "output"})
        CHECK_FALSE(parse_fact(line, facts));
    CHECK(facts.threads.empty());
    CHECK(facts.modules.empty());
}
