// SPDX-License-Identifier: MIT
#include "core/stacks/gdb_text.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/unit/stacks/capture.h"

using namespace rampwatch;
using stacks::GdbText;

TEST_CASE("gdb's output becomes the same groups as eu-stack's", "[stacks]") {
    stacks::Skipped skipped;
    const auto all = test::parse<GdbText>(test::read_capture("threads.gdb"),
                                          test::capture_modules("threads.maps"), &skipped);
    CHECK(all.size() == 14);
    CHECK(skipped.lines == 0);
    CHECK(std::none_of(all.begin(), all.end(), [](const Stack& stack) { return stack.truncated; }));

    const auto groups = test::grouped(all);
    REQUIRE(groups.size() == 6);
    const Group& leaked = groups.front();
    CHECK(leaked.count == 5);
    CHECK(leaked.names == std::vector<std::string>{"price-0", "price-1", "price-2", "price-3", "price-4"});
    const Frame& caller = leaked.frames[leaked.own_frame + 1];
    CHECK(caller.function == "shop::wait_for_result");
    CHECK(caller.line == 56);
    CHECK(caller.module == "/tmp/rampwatch-captures/threads");
}

TEST_CASE("gdb's frames without names keep module and offset", "[stacks]") {
    const auto groups = test::grouped(
        test::parse<GdbText>(test::read_capture("stripped.gdb"), test::capture_modules("stripped.maps")));
    REQUIRE(groups.size() == 2);
    CHECK(groups.front().count == 3);
    const Frame& own = groups.front().frames[groups.front().own_frame];
    CHECK_FALSE(own.function);
    CHECK(own.module == "/tmp/rampwatch-captures/stripped");
    CHECK(own.offset);
}

TEST_CASE("a thread's name may hold quotes, control characters and invalid UTF-8", "[stacks]") {
    const auto groups = test::grouped(
        test::parse<GdbText>(test::read_capture("odd_names.gdb"), test::capture_modules("odd_names.maps")));
    REQUIRE(groups.size() == 2);
    CHECK(groups.front().count == 2);
    CHECK(groups.front().names == std::vector<std::string>{"a\x1b[31m\"\xff"});
}

TEST_CASE("Go's threads without libthread_db are read, and the zero frame at their end is none", "[stacks]") {
    const auto all = test::parse<GdbText>(test::read_capture("go.gdb"), test::capture_modules("go.maps"));
    REQUIRE(all.size() == 5);
    const auto groups = test::grouped(all);
    CHECK(groups.front().count == 3);
    CHECK(groups.front().frames.back().function == "runtime.mcall");
    CHECK(groups.front().names == std::vector<std::string>{"churn_go"});
    CHECK_FALSE(groups.front().truncated);
}

TEST_CASE("arguments never reach a frame's name", "[stacks]") {
    const auto all = test::parse<GdbText>(
        "Thread 1 (LWP 7 \"x\"):\n#0  0x10 in login (...) at auth.c:12\n#1  0x20 in main () from /bin/x\n",
        stacks::ModuleMap());
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].frames.size() == 2);
    CHECK(all[0].frames[0].function == "login");
    CHECK(all[0].frames[0].file == "auth.c");
    CHECK(all[0].frames[0].line == 12);
    CHECK(all[0].frames[1].module == "/bin/x");
}

TEST_CASE("arguments that are written out are left out with all that they hold", "[stacks]") {
    const auto name = [](const std::string& call) {
        const auto all = test::parse<GdbText>(
            "Thread 1 (LWP 7 \"x\"):\n#0  0x10 in " + call + " at a.cpp:12\n", stacks::ModuleMap());
        REQUIRE(all.size() == 1);
        REQUIRE(all[0].frames.size() == 1);
        return all[0].frames[0].function.value_or("");
    };
    CHECK(name("shop::ask (quotes=std::shared_ptr<shop::Queue> (use count 1, weak count 0) = {...}, "
               "order=...)") == "shop::ask");
    CHECK(name("login (password=0x55 \"a\\\" (b\", mark=41 ')')") == "login");
    CHECK(name("std::function<void (int)>::operator()(int) const (this=0x1)") ==
          "std::function<void (int)>::operator()(int) const");
    CHECK(name("std::thread::_Invoker<std::tuple<void (*)()> >::operator() (this=0x1)") ==
          "std::thread::_Invoker<std::tuple<void (*)()> >::operator()");
    CHECK(name("(anonymous namespace)::run (text=\"(((\")") == "(anonymous namespace)::run");
    CHECK(name("cut (text=\"no end of it)") == "cut");
}

TEST_CASE("hostile text of gdb is counted and bounded", "[stacks]") {
    const stacks::ModuleMap none;
    stacks::Skipped skipped;
    const auto all = test::parse<GdbText>(
        "Thread 1 (LWP x):\nThread 2 (LWP 7 \"\nn\"):\n#\n#0\n#0  0x\n#0 0x1 in\n#0 x at y\n#0 f () at "
        "\nrubbish\n",
        none, &skipped);
    REQUIRE(all.size() == 1);
    CHECK(all[0].frames.empty());
    CHECK(skipped.lines == 8);
}

TEST_CASE("locals of gdb's full backtrace are passed over", "[stacks]") {
    stacks::Skipped skipped;
    const auto groups = test::grouped(test::parse<GdbText>(test::read_capture("full.gdb"), {}, &skipped));
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].count == 3);
    CHECK_FALSE(groups[0].damaged);
    CHECK(skipped.lines == 0);
}

TEST_CASE("frames that gdb wrapped are put together again", "[stacks]") {
    const auto all = test::parse<GdbText>(
        "Thread 10 (Thread 0x7f7b4ab80700 (LWP 19950) \"worker\"):\n"
        "#0  0x000000347f00a9b0 in pthread_mutex_lock ()\n   from /lib64/libpthread.so.0\n"
        "#1  0x00000000004a1be3 in mon::Listener::Replay (this=0x7f120, \n    peer=..., name=\"a (b) c\", \n"
        "    flags=3) at ../src/mon/listener.cpp:1200\n\n#2  0x10 in clone () from /lib64/libc.so.6\n",
        {});
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].frames.size() == 3);
    CHECK(all[0].frames[0].module == "/lib64/libpthread.so.0");
    CHECK(all[0].frames[1].function == "mon::Listener::Replay");
    CHECK(all[0].frames[1].line == 1200);
    CHECK_FALSE(all[0].damaged);
}

TEST_CASE("the frames of pt-eustack-resolver are read", "[stacks]") {
    const auto all = test::parse<GdbText>(
        "Thread 7 (LWP 7):\n#0 0x7f01 in ?? from /lib/libc.so.6\n"
        "#1 0x7f02 in shop::put(int, char) at put.cc:12\n"
        "#2 0x7f03 in run at file.cc:12:3\n#3 0x7f04 in clone from /lib/libc.so.6\n",
        {});
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].frames.size() == 4);
    CHECK_FALSE(all[0].frames[0].function);
    CHECK(all[0].frames[1].function == "shop::put(int, char)");
    CHECK(all[0].frames[1].line == 12);
    CHECK(all[0].frames[2].function == "run");
    CHECK(all[0].frames[2].file == "file.cc");
    CHECK(all[0].frames[2].line == 12);
    CHECK(all[0].frames[3].module == "/lib/libc.so.6");
    CHECK_FALSE(all[0].damaged);
}

TEST_CASE("a frame that lacks, or a line between frames, marks the stack", "[stacks]") {
    const auto damaged = [](const std::string& frames) {
        const auto all = test::parse<GdbText>("Thread 1 (LWP 7 \"x\"):\n" + frames, {});
        REQUIRE(all.size() == 1);
        return all[0].damaged;
    };
    CHECK_FALSE(
        damaged("#0  0x1 in f () at a.c:1\n#1  0x2 in clone () from /lib/libc.so.6\n##### next #####\n"));
    CHECK(damaged("#0  0x1 in f () at a.c:1\n#2  0x2 in clone () from /lib/libc.so.6\n"));
    CHECK(damaged("#0  0x1 in f () at a.c:1\n%% rubbish %%\n#1  0x2 in clone () from /lib/libc.so.6\n"));
    CHECK_FALSE(damaged("#23 0x1 in f () at a.c:1\n#24 0x2 in clone () from /lib/libc.so.6\n"));
}
