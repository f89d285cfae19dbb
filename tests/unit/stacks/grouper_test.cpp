// SPDX-License-Identifier: MIT
#include "core/stacks/grouper.h"

#include "core/stacks/growth.h"
#include "core/stacks/own_frame.h"
#include "tests/catch.h"

using namespace rampwatch;

namespace {

Frame frame(const char* function, const char* module = "/opt/shop/bin/shop",
            std::optional<std::int64_t> line = {}) {
    Frame made;
    made.function = function;
    made.module = module;
    made.line = line;
    return made;
}

Stack stack(std::int64_t id, std::vector<Frame> frames, std::string name = "worker") {
    Stack made;
    made.id = id;
    made.name = std::move(name);
    made.frames = std::move(frames);
    return made;
}

}  // namespace

TEST_CASE("counts stay exact when ids and names are capped", "[stacks]") {
    stacks::Grouper grouper;
    for (int i = 0; i < 5000; ++i)
        grouper.add(stack(5000 - i, {frame("wait")}, "w" + std::to_string(i % 20)));
    const auto groups = grouper.finish();
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].count == 5000);
    REQUIRE(groups[0].ids.size() == kMostIds);
    CHECK(groups[0].ids.front() == 1);
    CHECK(groups[0].ids.back() == static_cast<std::int64_t>(kMostIds));
    CHECK(groups[0].names.size() == kMostNames);
}

TEST_CASE("stacks that are cut off are one group only where they wait for the same", "[stacks]") {
    const std::vector<Frame> stub = {frame("__syscall_cp_c")};
    Stack cut = stack(0, stub);
    cut.truncated = true;
    stacks::Grouper grouper;
    grouper.add(cut, {{1, "pool", "futex"}, {2, "pool", "signal"}, {3, "pool", "futex"}});
    Stack one = cut;
    one.id = 4;
    one.state = "signal";
    grouper.add(one);
    Stack whole = stack(5, stub);
    whole.state = "futex";
    grouper.add(whole);  // not cut off: another stack
    const auto groups = grouper.finish();
    REQUIRE(groups.size() == 3);
    CHECK(groups[0].ids == std::vector<std::int64_t>{1, 3});
    CHECK(groups[0].state == "futex");
    CHECK(groups[1].ids == std::vector<std::int64_t>{2, 4});
    CHECK(groups[1].state == "signal");
    CHECK_FALSE(groups[2].truncated);
    CHECK(stacks::identity(groups[0]) != stacks::identity(groups[1]));
    CHECK(stacks::identity(groups[0]) != stacks::identity(groups[2]));
}

TEST_CASE("a busy thread's line in its innermost function does not tear a group apart, a caller's line does",
          "[stacks]") {
    stacks::Grouper grouper;
    grouper.add(stack(1, {frame("spin", "/bin/x", 10), frame("run", "/bin/x", 50)}));
    grouper.add(stack(2, {frame("spin", "/bin/x", 11), frame("run", "/bin/x", 50)}));
    grouper.add(stack(3, {frame("spin", "/bin/x", 10), frame("run", "/bin/x", 60)}));
    const auto groups = grouper.finish();
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].count == 2);
    CHECK(groups[1].ids == std::vector<std::int64_t>{3});
}

TEST_CASE("a dump that had no time for lines has the groups of one that had", "[stacks]") {
    const auto at = [](Frame made, std::uint64_t offset) {
        made.offset = offset;
        return made;
    };
    Frame inlined = frame("Lock::take", "/bin/x", 7);
    inlined.inlined = true;
    const std::vector<Frame> whole = {at(frame("wait", "/bin/x", 3), 5), inlined,
                                      at(frame("run", "/bin/x", 50), 0x20)};
    const std::vector<Frame> quick = {at(frame("wait", "/bin/x"), 9), at(frame("run", "/bin/x"), 0x20)};
    const std::vector<Frame> elsewhere = {at(frame("wait", "/bin/x"), 5), at(frame("run", "/bin/x"), 0x40)};
    const std::vector<Frame> on_the_same_line = {at(frame("wait", "/bin/x", 3), 5), inlined,
                                                 at(frame("run", "/bin/x", 50), 0x40)};
    CHECK(stacks::identity(whole, StackKind::thread) == stacks::identity(quick, StackKind::thread));
    CHECK(stacks::identity(whole, StackKind::thread) != stacks::identity(elsewhere, StackKind::thread));
    CHECK(stacks::identity(on_the_same_line, StackKind::thread) ==
          stacks::identity(elsewhere, StackKind::thread));
}

TEST_CASE("groups beyond the bound are counted, not kept", "[stacks]") {
    stacks::Grouper grouper(10);
    for (int i = 0; i < 100; ++i) grouper.add(stack(i, {frame(("f" + std::to_string(i)).c_str())}));
    for (int i = 0; i < 5; ++i) grouper.add(stack(200 + i, {frame("f3")}));
    CHECK(grouper.stacks() == 105);
    CHECK(grouper.ungrouped() == 90);
    const auto groups = grouper.finish();
    REQUIRE(groups.size() == 10);
    CHECK(groups[0].count == 6);
}

TEST_CASE("the most frequent state and names speak for a group", "[stacks]") {
    stacks::Grouper grouper;
    for (int i = 0; i < 5; ++i) {
        Stack one = stack(i, {frame("wait")}, i < 4 ? "pool" : "main");
        one.state = i < 3 ? "futex" : "running";
        grouper.add(std::move(one));
    }
    const auto groups = grouper.finish();
    CHECK(groups[0].state == "futex");
    CHECK(groups[0].names == std::vector<std::string>{"pool", "main"});
}

TEST_CASE("the own frame is the first that is neither libc nor standard library nor a system library",
          "[stacks]") {
    std::vector<Frame> frames = {
        frame("__futex_abstimed_wait_common", "/usr/lib/x86_64-linux-gnu/libc.so.6"),
        frame("void std::condition_variable::wait<main::{lambda()#1}>(std::unique_lock<std::mutex>&)"),
        frame("mysql_real_query", "/usr/lib/x86_64-linux-gnu/libmysqlclient.so.21"),
        frame("shop::Store::load()"), frame("start_thread", "/usr/lib/x86_64-linux-gnu/libc.so.6")};
    CHECK(stacks::mark_own(frames) == 3);
    CHECK(frames[0].library);
    CHECK(frames[1].library);
    CHECK_FALSE(frames[3].library);
    CHECK(frames[4].library);

    frames.erase(frames.begin() + 3);
    CHECK(stacks::mark_own(frames) == 2);  // no code of the program itself: the library that waits
}

TEST_CASE("without modules the C library is told by names that are its own", "[stacks]") {
    std::vector<Frame> frames = {frame("__futex_abstimed_wait_common"), frame("poll"),
                                 frame("Server::accept()"), frame("poll")};
    for (std::size_t i = 0; i < 3; ++i) frames[i].module.reset();
    CHECK(stacks::mark_own(frames) == 2);
    CHECK(frames[1].library);
    CHECK_FALSE(frames[3].library);
}

TEST_CASE("a frame of a language is a library where the room of its runtime says so", "[stacks]") {
    std::vector<Frame> frames = {frame("IO::Socket::accept"), frame("Shop::serve")};
    for (Frame& one : frames) one.language = "perl";
    frames[0].library = true;
    CHECK(stacks::mark_own(frames) == 1);
    CHECK(frames[0].library);
    CHECK_FALSE(frames[1].library);
}

TEST_CASE("Go's standard packages are machinery, a program's own are not", "[stacks]") {
    std::vector<Frame> frames = {frame("runtime.gopark"), frame("internal/poll.(*FD).Accept"),
                                 frame("net.(*netFD).accept"), frame("net/http.(*Server).Serve"),
                                 frame("main.(*Shop).serve")};
    CHECK(stacks::mark_own(frames) == 4);
    CHECK_FALSE(stacks::is_library(frame("github.com/acme/shop.Run")));
    CHECK_FALSE(stacks::is_library(frame("time.part.0")));
    CHECK_FALSE(stacks::is_library(frame("shop::std_wait()")));
}

TEST_CASE("a program that lives under /usr/lib is the user's own", "[stacks]") {
    std::vector<Frame> frames = {frame("__epoll_wait", "/lib/x86_64-linux-gnu/libc.so.6"),
                                 frame("WaitEventSetWait", "/usr/lib/postgresql/15/bin/postgres")};
    CHECK(stacks::mark_own(frames) == 1);
}

TEST_CASE("with nothing but machinery the innermost frame stands for the stack", "[stacks]") {
    std::vector<Frame> frames = {frame("futex_wait", "/lib/libc.so.6"),
                                 frame("start_thread", "/lib/libc.so.6")};
    CHECK(stacks::mark_own(frames) == 0);
    std::vector<Frame> none;
    CHECK(stacks::mark_own(none) == 0);
}

TEST_CASE("a group's change is counted against the same stack in the baseline", "[stacks]") {
    const auto dump = [](int waiting, int polling) {
        stacks::Grouper grouper;
        for (int i = 0; i < waiting; ++i) grouper.add(stack(i, {frame("wait")}));
        for (int i = 0; i < polling; ++i) grouper.add(stack(1000 + i, {frame("poll")}));
        Dump made;
        made.backend = "eu-stack";
        made.wall = std::chrono::seconds(waiting);
        made.groups = grouper.finish();
        return made;
    };
    const Dump before = dump(3, 0);
    Dump now = dump(40, 4);
    REQUIRE(stacks::compare(now, before));
    CHECK(now.groups[0].change == 37);
    CHECK(now.groups[1].change == 4);
    CHECK(now.baseline == before.wall);

    Dump other = dump(40, 4);
    other.backend = "gdb";
    CHECK_FALSE(stacks::compare(other, before));
    CHECK_FALSE(other.groups[0].change);
    other.backend = "eu-stack";
    other.life.start_ticks = 7;
    CHECK_FALSE(stacks::compare(other, before));
}

TEST_CASE("many with one stack are added at once as they would be one by one", "[stacks]") {
    Stack stack;
    stack.frames.resize(2);
    stack.frames[0].function = "wait";
    stack.frames[1].function = "main";
    stacks::Grouper at_once, one_by_one;
    std::vector<stacks::Grouper::Member> members;
    for (int i = 0; i < 5; ++i) {
        members.push_back({10 - i, i % 2 == 0 ? "even" : "odd", i == 0 ? "poll" : "futex"});
        stack.id = members.back().id;
        stack.name = members.back().name;
        stack.state = members.back().state;
        one_by_one.add(stack);
    }
    at_once.add(stack, members);
    CHECK(at_once.stacks() == 5);
    CHECK(at_once.finish() == one_by_one.finish());
}
