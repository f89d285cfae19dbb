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
    CHECK(skipped.lines == 9);
}
