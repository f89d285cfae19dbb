// SPDX-License-Identifier: MIT
#include "core/stacks/text_dumps.h"

#include <algorithm>
#include <functional>
#include <random>
#include <string>

#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace rampwatch::stacks;

namespace {

struct Read {
    TextDump dump{};
    std::vector<Group> groups{};
    std::int64_t stacks = 0;
};

Read read(const std::string& text, std::int64_t wanted = 0) {
    Read result;
    result.dump = read_text(text, wanted);
    result.stacks = result.dump.stacks.stacks();
    result.groups = result.dump.stacks.finish();
    return result;
}

Read read_capture(const std::string& name) { return read(test::capture("stacks/" + name)); }

const Group* group_with(const Read& read, const std::string& function) {
    for (const Group& group : read.groups) {
        const bool has = std::any_of(group.frames.begin(), group.frames.end(),
                                     [&](const Frame& frame) { return frame.function == function; });
        if (has) return &group;
    }
    return nullptr;
}

std::int64_t count_with(const Read& read, const std::string& function) {
    const Group* group = group_with(read, function);
    return group == nullptr ? 0 : group->count;
}

bool is_clean(const Read& read) {
    return read.dump.skipped.lines == 0 && read.dump.skipped.cut == 0 &&
           std::none_of(read.groups.begin(), read.groups.end(),
                        [](const Group& group) { return group.damaged; });
}

// Two goroutines of one process.
std::string goroutines(int first) {
    std::string text;
    for (int id = first; id < first + 2; ++id)
        text += "goroutine " + std::to_string(id) + " [select]:\nmain.wait(0x1)\n\t/src/wait.go:7 +0x1d\n\n";
    return text;
}

}  // namespace

TEST_CASE("the format is told by the lines, whatever stands before", "[stacks]") {
    const auto format = [](const std::string& name) { return read_capture(name).dump.formats; };
    CHECK(format("threads.gdb") == std::vector{TextFormat::gdb});
    CHECK(format("threads.eu-stack") == std::vector{TextFormat::eu_stack});
    CHECK(format("shop.goroutines") == std::vector{TextFormat::go});
    CHECK(format("java.jstack") == std::vector{TextFormat::jstack});
    CHECK(format("waits.debug1") == std::vector{TextFormat::go_profile});
    CHECK(format("virtual.dump_to_file") == std::vector{TextFormat::java_file});
    CHECK(format("virtual.json") == std::vector{TextFormat::java_file});
    CHECK(format("jobs.faulthandler") == std::vector{TextFormat::python});
    CHECK(read("").dump.dumps == 0);
    CHECK(read("mem.csv\nt,rss_bytes\n1,2\n").stacks == 0);
}

TEST_CASE("a Go traceback is grouped, its log line and registers passed over", "[stacks]") {
    const Read shop = read_capture("shop.goroutines");
    const Group* pushing = group_with(shop, "main.(*pool).push");
    REQUIRE(pushing != nullptr);
    CHECK(pushing->count == 5);
    CHECK(pushing->kind == StackKind::goroutine);
    CHECK(pushing->state == "chan send");
    CHECK_FALSE(pushing->truncated);
    CHECK(pushing->frames[pushing->own_frame].file == "/src/shop/shop.go");
    CHECK(pushing->frames[pushing->own_frame].line == 4);
    CHECK(is_clean(shop));
}

TEST_CASE("a Java thread dump is grouped, with what each thread waits for", "[stacks]") {
    const Read java = read_capture("java.jstack");
    const Group* wanting = group_with(java, "J.want");
    REQUIRE(wanting != nullptr);
    CHECK(wanting->count == 3);
    CHECK(wanting->state == "BLOCKED (on object monitor)");
    CHECK(std::find(wanting->names.begin(), wanting->names.end(), "want \"1\"") != wanting->names.end());
    CHECK(wanting->ids.front() > 0);
    CHECK(wanting->frames[wanting->own_frame].function == "J.want");
    CHECK(wanting->frames[wanting->own_frame].line == 4);
    const Group* holding = group_with(java, "J.hold");
    REQUIRE(holding != nullptr);
    CHECK(holding->frames[0].function == "java.lang.Thread.sleep");
    CHECK(holding->frames[0].library);
    CHECK(is_clean(java));
}

TEST_CASE("a line that looks like a thread's first one decides nothing by itself", "[stacks]") {
    const std::string log = "Thread 12 (cleaner): started\nThread 7 (LWP 3) exited\n";
    const Read go = read(log + goroutines(10) + log);
    CHECK(go.stacks == 2);
    CHECK(go.dump.formats == std::vector{TextFormat::go});
    CHECK(is_clean(go));
    CHECK(read(log).stacks == 0);
    CHECK(read("see goroutine 5 [running] for more\n").stacks == 0);
}

TEST_CASE("a remote target's threads and a backtrace without threads are read", "[stacks]") {
    const std::string frames = "#0  0x10 in wait () from /lib/libc.so.6\n#1  0x20 in main () at a.c:3\n";
    const Read remote =
        read("Thread 2 (Thread 1711.1717):\n" + frames + "\nThread 1 (Thread 1711.1711):\n" + frames);
    CHECK(remote.stacks == 2);
    REQUIRE(remote.groups.size() == 1);
    CHECK(remote.groups[0].ids == std::vector<std::int64_t>{1711, 1717});
    CHECK(read("(gdb) bt\n" + frames + "(gdb) quit\n").stacks == 1);
    // A leak report's frames are no thread's.
    CHECK(read("    #0 0x55d in malloc (/srv/shop+0x1234)\n    #1 0x66d in main a.c:3\n").stacks == 0);
}

TEST_CASE("several kinds in one file are all read", "[stacks]") {
    const Read both = read(test::capture("stacks/threads.gdb") + "\n" + test::capture("stacks/java.jstack"));
    CHECK(both.stacks == read_capture("threads.gdb").stacks + read_capture("java.jstack").stacks);
    CHECK(both.dump.formats == std::vector{TextFormat::gdb, TextFormat::jstack});
}

TEST_CASE("threads that come again are another dump, and the last is taken", "[stacks]") {
    const std::string again = goroutines(10) + "#### next ####\n" + goroutines(10) + "\n" +
                              "goroutine 12 [sleep]:\nmain.nap()\n\t/src/nap.go:1 +0x1\n\n" + goroutines(10);
    const Read last = read(again);
    CHECK(last.dump.dumps == 3);
    CHECK(last.stacks == 2);
    CHECK(read(again, 2).stacks == 3);
    CHECK(read(again, 1).stacks == 2);
    CHECK(read(again, 4).stacks == 0);
    CHECK(is_clean(last));
    const std::string java = test::capture("stacks/java.jstack");
    CHECK(read(java + java + java).dump.dumps == 3);
    CHECK(read(java + java).stacks == read(java).stacks);
    const std::string json = test::capture("stacks/virtual.json");
    CHECK(read(json + json).dump.dumps == 2);
    CHECK(read(json + json).stacks == read(json).stacks);
}

TEST_CASE("threads that are new in a later dump are of that one, though they stand first", "[stacks]") {
    // The newest first, as gdb and the JVM have them; each dump has two threads more.
    const auto gdb = [](int threads) {
        std::string text;
        for (int id = threads; id > 0; --id)
            text += "Thread " + std::to_string(id) + " (LWP " + std::to_string(70 + id) +
                    "):\n#0  0x01 in take () at a.c:3\n#1  0x02 in clone ()\n\n";
        return text;
    };
    const auto java = [](int threads) {
        std::string text = "2026-03-03 04:11:09\nFull thread dump OpenJDK 64-Bit Server VM (17.0.9+9):\n\n";
        for (int id = threads; id > 0; --id)
            text += "\"w\" #9 prio=5 tid=0x07 nid=" + std::to_string(70 + id) +
                    " waiting on condition [0x7]\n\tat a.B.run(B.java:7)\n\n";
        return text;
    };
    const auto go = [](int goroutines_) {
        std::string text = "SIGQUIT: quit\n\n";
        for (int id = goroutines_; id > 0; --id)
            text +=
                "goroutine " + std::to_string(id) + " [select]:\nmain.wait(0x1)\n\t/src/wait.go:7 +0x1d\n\n";
        return text;
    };
    // As an endpoint writes it: nothing before it, and whoever serves it is first, by another number each
    // time.
    const auto served = [](int goroutines_) {
        std::string text = "goroutine " + std::to_string(900 + goroutines_) +
                           " [running]:\nmain.wait(0x1)\n\t/src/wait.go:7 +0x1d\n\n";
        for (int id = 1; id < goroutines_; ++id)
            text +=
                "goroutine " + std::to_string(id) + " [select]:\nmain.wait(0x1)\n\t/src/wait.go:7 +0x1d\n\n";
        return text;
    };
    const auto py_spy = [](int threads) {
        std::string text = "Process 71: python3 a.py\nPython v3.11.2 (/usr/bin/python3.11)\n\n";
        for (int id = threads; id > 0; --id)
            text += "Thread " + std::to_string(70 + id) + " (idle): \"w\"\n    run (a.py:7)\n\n";
        return text;
    };
    using Dumper = std::function<std::string(int)>;
    for (const Dumper& dumper : {Dumper(gdb), Dumper(java), Dumper(go), Dumper(served), Dumper(py_spy)}) {
        const std::string log = dumper(3) + dumper(5) + dumper(7);
        INFO(log);
        CHECK(read(log).dump.dumps == 3);
        CHECK(read(log).stacks == 7);
        CHECK(count_with(read(log, 1), read(log).groups[0].frames[0].function.value()) == 3);
        CHECK(count_with(read(log, 2), read(log).groups[0].frames[0].function.value()) == 5);
    }
}

TEST_CASE("lines of two processes in one log are two dumps, counted together", "[stacks]") {
    std::string log;
    const auto add = [&](const std::string& prefix, const std::string& text) {
        std::size_t at = 0;
        while (at < text.size()) {
            const auto end = text.find('\n', at);
            log += prefix + text.substr(at, end - at) + "\n";
            at = end + 1;
        }
    };
    add("shop-1  | ", goroutines(10));
    add("shop-2  | ", goroutines(10));
    log += "db-1    | LOG: checkpoint starting\n";
    add("shop-1  | ", goroutines(20));
    const Read both = read(log);
    CHECK(both.dump.sources == 2);
    CHECK(both.dump.dumps == 1);
    CHECK(both.stacks == 6);
    CHECK(both.groups.size() == 1);
    CHECK(is_clean(both));
}

TEST_CASE("the lines of another process between those of a stack do it no harm", "[stacks]") {
    const Read shop = read(
        "shop-1  | goroutine 7 [select]:\nshop-1  | main.wait(0x1)\ndb-1    | LOG: checkpoint\n"
        "shop-1  | \t/src/wait.go:7 +0x1d\n");
    CHECK(shop.stacks == 1);
    CHECK(is_clean(shop));
}

TEST_CASE("a line of another process right behind a stack's first one hides nothing", "[stacks]") {
    const Read shop = read(
        "shop-1  | goroutine 7 [select]:\ndb-1    | LOG: checkpoint\nshop-1  | main.wait(0x1)\n"
        "shop-1  | \t/src/wait.go:7 +0x1d\n");
    CHECK(shop.stacks == 1);
    CHECK(count_with(shop, "main.wait") == 1);
    CHECK(is_clean(shop));
}

TEST_CASE("marks of a CI system before some lines are no part of them", "[stacks]") {
    const bool is_azure = GENERATE(true, false);
    std::string log;
    int line = 0;
    for (const std::string text : {"goroutine 7 [select]:", "main.wait(0x1)", "\t/src/wait.go:7 +0x1d"}) {
        log += is_azure ? "2026-03-03T04:11:09.118Z " + std::string(line == 0 ? "##[error]" : "")
                        : "\x1b_bk;t=17725" + std::to_string(100 + line) + "\a";
        log += text + "\n";
        ++line;
    }
    const Read one = read(log);
    CHECK(one.stacks == 1);
    CHECK(count_with(one, "main.wait") == 1);
    CHECK(is_clean(one));
}

TEST_CASE("a whole dump in one string of a JSON log, or of a pair, is read", "[stacks]") {
    const std::string text = R"("goroutine 7 [select]:\nmain.wait(0x1)\n\t/src/wait.go:7 +0x1d\n")";
    const Read one =
        read(GENERATE_COPY(R"({"level":"error","msg":"boom","stack":)" + text + "}\n",
                           R"(time=2026-03-03T04:11:09Z level=ERROR msg="not so good" stack=)" + text + "\n",
                           "Mar 03 04:11:09 node7 shopd[2211]: level=ERROR stack=" + text + " pid=7\n"));
    CHECK(one.stacks == 1);
    CHECK(count_with(one, "main.wait") == 1);
    CHECK(is_clean(one));
}

TEST_CASE("what the container runtime cut is put together", "[stacks]") {
    const Read cut = read(
        "2026-03-03T04:11:09.1Z stderr F goroutine 7 [select]:\n2026-03-03T04:11:09.12Z stderr P main.wa\n"
        "2026-03-03T04:11:09Z stderr F it(0x1)\n2026-03-03T04:11:10.123Z stderr F \t/src/wait.go:7 +0x1d\n");
    CHECK(cut.stacks == 1);
    CHECK(count_with(cut, "main.wait") == 1);
    CHECK(is_clean(cut));
}

TEST_CASE("a stack with a line that was not understood is marked and stands alone", "[stacks]") {
    const std::string whole = goroutines(10);
    const std::string torn =
        "goroutine 20 [select]:\n%%%% ~~~\nmain.wait(0x1)\n\t/src/wait.go:7 +0x1d\n\n"
        "goroutine 21 [select]:\n%%%% ~~~\nmain.wait(0x1)\n\t/src/wait.go:7 +0x1d\n\n";
    const Read all = read(whole + torn);
    CHECK(all.stacks == 4);
    REQUIRE(all.groups.size() == 3);
    CHECK(all.groups[0].count == 2);
    CHECK_FALSE(all.groups[0].damaged);
    CHECK(all.groups[1].damaged);
    CHECK(all.groups[2].damaged);
    CHECK(all.dump.skipped.lines == 2);
}

TEST_CASE("garbage between the lines is counted, and harms nothing", "[stacks]") {
    std::mt19937 random(4711);
    for (const char* name : {"threads.gdb", "threads.eu-stack", "shop.goroutines", "java.jstack",
                             "virtual.json", "waits.debug1", "jobs.faulthandler"}) {
        const std::string whole = test::capture("stacks/" + std::string(name));
        for (int round = 0; round < 20; ++round) {
            std::string text = whole;
            for (int change = 0; change < 20; ++change)
                text[random() % text.size()] = static_cast<char>(random() % 256);
            CHECK(read(text).stacks <= 10'000);
        }
    }
}
