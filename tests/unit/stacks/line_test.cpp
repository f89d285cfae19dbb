// SPDX-License-Identifier: MIT
// What was done to single lines, undone: clean_line, log_prefix, json_log, text_width, and small parsers.
#include <string>

#include "core/stacks/clean_line.h"
#include "core/stacks/coredump_text.h"
#include "core/stacks/json_log.h"
#include "core/stacks/log_prefix.h"
#include "core/stacks/python_text.h"
#include "core/stacks/text_width.h"
#include "tests/catch.h"
#include "tests/unit/stacks/capture.h"

using namespace rampwatch;
using namespace rampwatch::stacks;

TEST_CASE("controls go out of a line, and nothing else", "[stacks]") {
    std::string buffer;
    const auto clean = [&](std::string_view text) { return std::string(without_controls(text, buffer)); };
    CHECK(clean("\tplain (x)") == "\tplain (x)");
    CHECK(clean("\x1b[33mtake\x1b[m (\x1b[36mn\x1b[m=1)") == "take (n=1)");
    CHECK(clean("^[[33mtake^[[m") == "take");
    CHECK(clean("#033[33mtake#033[m") == "take");
    CHECK(clean("#011/src/a.go:1") == "\t/src/a.go:1");
    CHECK(clean("\x1b]0;title\atake\x1b(B") == "take");
    CHECK(clean("tt\bake_\b") == "take");
    CHECK(clean("a\xc2\xa0"
                "b") == "a b");
    CHECK(clean("caf\xc3\xa9") == "caf\xc3\xa9");
    CHECK(clean("#1  0x01 in f () at #0.c:1") == "#1  0x01 in f () at #0.c:1");
    CHECK(clean("\x1b").empty());
    CHECK(clean("\x1b[12").empty());
}

TEST_CASE("prompts go off a line, and a line of nothing else is none", "[stacks]") {
    const auto dropped = [](std::string_view text) {
        return drop_prompts(text) ? std::string(text) : "(none)";
    };
    CHECK(dropped("---Type <return> to continue, or q <return> to quit---#4  0x1 in f ()") ==
          "#4  0x1 in f ()");
    CHECK(dropped("--Type <RET> for more, q to quit, c to continue without paging--") == "(none)");
    CHECK(dropped("--Type <RET> for more, q to quit, c to continue without paging--c") == "(none)");
    CHECK(dropped("--More--(12%)\tat a.B.c(B.java:1)") == "\tat a.B.c(B.java:1)");
    CHECK(dropped("(gdb) thread apply all bt") == "(none)");
    CHECK(dropped("(gdb) (gdb) #0  f () at a.c:1") == "#0  f () at a.c:1");
    CHECK(dropped("") == "");
    CHECK(dropped("----------------- 1606 -----------------") == "----------------- 1606 -----------------");
}

TEST_CASE("a prefix is known again whatever its time and numbers are", "[stacks]") {
    const auto rest = [](const std::string& prefix, const std::string& line) {
        const auto match = LogPrefix(prefix).match(line);
        return match ? line.substr(match->size) : "(no)";
    };
    CHECK(rest("Mar 03 04:11:09 node7 payd[2211]: ", "Apr  1 14:00:00 node7 payd[2211]: \tx") == "\tx");
    CHECK(rest("2026-03-03T04:11:09.118Z stderr F ", "2026-03-03T04:11:10Z stderr F x") == "x");
    CHECK(rest("[    1.2] ", "[12345.678901]  x") == "(no)");
    CHECK(rest("[    1.2] ", "[12345.678901] x") == "(no)");
    CHECK(rest("[1234.2] ", "[12345.678901]  x") == " x");
    CHECK(rest("payd-1  | ", "payd-1  |") == "");
    CHECK(rest("payd-1  | ", "payd-2  | x") == "(no)");
    CHECK(rest("> > ", "> > > x") == "> x");
    CHECK(rest("    ", "    \tx") == "\tx");
    CHECK(rest("created by ", "created at x") == "(no)");
    CHECK(
        LogPrefix("Mar 03 04:11:09 node7 payd[2211]: ")
            .match("Mar 03 04:11:10 node7 payd[2211]: x")
            ->source ==
        LogPrefix("Mar 03 04:11:09 node7 payd[2211]: ").match("Mar 03 04:11:09 node7 payd[2211]: y")->source);
    CHECK(
        LogPrefix("Mar 03 04:11:09 node7 payd[2211]: ")
            .match("Mar 03 04:11:10 node7 payd[2299]: x")
            ->source !=
        LogPrefix("Mar 03 04:11:09 node7 payd[2211]: ").match("Mar 03 04:11:09 node7 payd[2211]: y")->source);
    CHECK(LogPrefix("payd-1  | ").is_foreign("db-1    | LOG"));
    CHECK_FALSE(LogPrefix("panic in ").is_foreign("created by x"));
}

TEST_CASE("a JSON log's message is the string that had a stack in it", "[stacks]") {
    JsonLog log([](std::string_view line) { return line.starts_with("goroutine "); });
    CHECK_FALSE(log.message(R"({"log":"hello\n"})"));
    CHECK(log.message(R"({"level":"x","text":"goroutine 1 [\u0062]:\n\tx","ts":1})") ==
          "goroutine 1 [b]:\n\tx");
    CHECK(log.message(R"(2026 F {"text":"a\"b","more":{"text":"no"}})") == "a\"b");
    CHECK_FALSE(log.message(R"({"text":"cut of)"));
    CHECK_FALSE(log.message(R"({"text":"a"} and more})"));
    JsonLog journal([](std::string_view line) { return line.starts_with("goroutine "); });
    CHECK(journal.message(R"({"MESSAGE":[103,111,114,111,117,116,105,110,101,32,49],"_PID":"7"})") ==
          "goroutine 1");
}

TEST_CASE("the width that lines were cut at is seen, and lines with their own ends have none", "[stacks]") {
    std::string cut, own;
    for (int i = 0; i < 20; ++i) {
        cut += std::string(72, 'x') + "\n" + std::string(static_cast<std::size_t>(i % 40), 'y') + "\n";
        own += std::string(static_cast<std::size_t>(40 + i % 7), 'x') + "\n";
    }
    CHECK(cut_width(cut) == 72);
    CHECK(cut_width(own) == 0);
    CHECK(cut_width("") == 0);
    CHECK(columns_of("caf\xc3\xa9") == 4);
}

TEST_CASE("Python's faulthandler and py-spy are read", "[stacks]") {
    Skipped skipped;
    const auto groups =
        test::grouped(test::parse<PythonText>(test::read_capture("jobs.faulthandler"), {}, &skipped));
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].count == 3);
    CHECK(groups[0].frames[groups[0].own_frame].function == "run");
    CHECK(skipped.lines == 0);
    const auto spied = test::parse<PythonText>(
        "Process 4711: python app.py\nPython v3.11.4 (/usr/bin/python3.11)\n\n"
        "Thread 4711 (idle): \"MainThread\"\n    wait (threading.py:327)\n    <module> (app.py:40)\n"
        "        Locals:\n            gate: <Event at 0x1>\nThread 0x7F1C (active+gil)\n"
        "    read (libc.so.6)\n    work (app/jobs.py:40)\n",
        {}, &skipped);
    REQUIRE(spied.size() == 2);
    CHECK(spied[0].id == 4711);
    CHECK(spied[0].name == "MainThread");
    CHECK(spied[0].frames.size() == 2);
    CHECK(spied[1].state == "running");
    CHECK(spied[1].frames[0].module == "libc.so.6");
    CHECK(skipped.lines == 0);
}

TEST_CASE("the stacks of coredumpctl info are read, those without a name by module and offset", "[stacks]") {
    const auto groups = test::grouped(
        test::parse<CoredumpText>("                Stack trace of thread 1412:\n"
                                  "                #0  0x00007f66732458ca read (libc.so.6 + 0x158ca)\n"
                                  "                #1  0x000055bc9da67378 n/a (panel + 0x60378)\n"
                                  "                #2  0x00007f66727c35e3 __clone (libc.so.6 + 0xfe5e3)\n"
                                  "                \n                Stack trace of thread 1413:\n"
                                  "                #0  0x00007f66732458ca read (libc.so.6 + 0x158ca)\n"
                                  "                #1  0x000055bc9da67399 n/a (panel + 0x60399)\n"
                                  "                #2  0x00007f66727c35e3 __clone (libc.so.6 + 0xfe5e3)\n"
                                  "                ELF object binary architecture: AMD x86-64\n",
                                  {}));
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].frames[1].offset == 0x60378);
    CHECK(groups[0].frames[1].module == "panel");
    CHECK_FALSE(groups[0].truncated);
}
