// SPDX-License-Identifier: MIT
#include "core/stacks/java_text.h"

#include <algorithm>

#include "core/stacks/java_frame.h"
#include "core/stacks/java_json.h"
#include "core/stacks/text_dumps.h"
#include "tests/catch.h"
#include "tests/unit/stacks/capture.h"

using namespace rampwatch;
using stacks::Head;
using stacks::java_frame;
using stacks::java_head;
using stacks::JavaText;
using stacks::read_text;
using stacks::TextDump;

namespace {

std::vector<Stack> parse(const std::string& text, JavaText::Form form = JavaText::Form::print,
                         stacks::Skipped* skipped = nullptr) {
    std::vector<Stack> all;
    const stacks::ModuleMap none;
    JavaText parser(form, none, [&](Stack&& stack) { all.push_back(std::move(stack)); });
    parser.feed(text);
    parser.finish();
    if (skipped != nullptr) *skipped = parser.skipped();
    return all;
}

const Stack* stack_with(const std::vector<Stack>& all, const std::string& function) {
    for (const Stack& stack : all) {
        const bool has = std::any_of(stack.frames.begin(), stack.frames.end(),
                                     [&](const Frame& frame) { return frame.function == function; });
        if (has) return &stack;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("names of hidden classes and lambdas are the same in every run", "[stacks]") {
    const auto name = [](const std::string& call) {
        return java_frame(call).value_or(stacks::JavaFrame{}).function;
    };
    CHECK(name("java.lang.invoke.LambdaForm$DMH/0x00007fe9cc010000.invokeStatic(java.base@17.0.9/"
               "LambdaForm$DMH)") == "java.lang.invoke.LambdaForm$DMH.invokeStatic");
    CHECK(name("java.lang.invoke.LambdaForm$DMH/455659000.invokeStatic_LL_L(LambdaForm$DMH)") ==
          "java.lang.invoke.LambdaForm$DMH.invokeStatic_LL_L");
    CHECK(name("shop.Script$$Lambda$30/0x00007f01.run(Unknown Source)") == "shop.Script$$Lambda.run");
    CHECK(name("shop.Script$$Lambda$30/99887700.run(Unknown Source)") == "shop.Script$$Lambda.run");
    CHECK(name("shop.Script$$Lambda/0x0000000030040210.run(Unknown Source)") == "shop.Script$$Lambda.run");
    CHECK(name("shop.Script$$Lambda$2+0x00007fdd90000c28.run(Unknown Source)") == "shop.Script$$Lambda.run");
    CHECK(name("jdk.internal.reflect.GeneratedMethodAccessor12.invoke(Unknown Source)") ==
          "jdk.internal.reflect.GeneratedMethodAccessor.invoke");
    CHECK(name("app//shop.Cart.put(Cart.java:12)") == "shop.Cart.put");
    CHECK(name("java.base@17.0.9/java.lang.Thread.run(Thread.java:840)") == "java.lang.Thread.run");
    CHECK_FALSE(java_frame("no call"));
    CHECK_FALSE(java_frame("()"));
}

TEST_CASE("the first lines of threads of JDK 6 to 25 have their numbers", "[stacks]") {
    const auto tid = [](const std::string& line) {
        const auto head = java_head(line);
        return head.kind == Head::whole ? head.tid : -1;
    };
    CHECK(tid("\"main\" prio=10 tid=0x00007f nid=0x1a03 runnable [0x00007f]") == 0x1a03);
    CHECK(tid("\"a \"b\" nid=0x9 c\" #25 daemon prio=5 os_prio=0 tid=0x00007f nid=0x1a03 waiting on "
              "condition [0x0]") == 0x1a03);
    CHECK(tid("\"main\" #1 [4711] prio=5 os_prio=0 cpu=20.10ms elapsed=99.20s tid=0x00007f nid=4711 runnable "
              "[0x0]") == 4711);
    CHECK(tid("\"ForkJoinPool-1-worker-1\" #23 [23293] daemon prio=5 os_prio=0 tid=0x00007f  [0x0]") ==
          23293);
    CHECK(tid("\"VM Thread\" os_prio=0 cpu=1.0ms tid=0x00007f nid=0x20 runnable") == 0x20);
    CHECK(tid("Thread 31000: (state = BLOCKED)") == 31000);
    CHECK(tid("----------------- 1606 -----------------") == 1606);
    CHECK(tid("\"worker\" #12 daemon thread=0x00007f0100 state=WAITING") == 0);
    CHECK(java_head("\"worker\" Id=12 WAITING on java.lang.Object@1").state == "WAITING");
    CHECK(java_head("\"Thread-1\":").kind == Head::none);
    CHECK(java_head("\"a\" is no thread").kind == Head::none);
    CHECK(java_head("Thread 40 (IPC Server handler 0 on 8020):").kind == Head::maybe);
}

TEST_CASE("of a carrier the stack of the virtual thread that it carries is taken", "[stacks]") {
    stacks::Skipped skipped;
    const auto all = parse(test::read_capture("virtual.jstack"), JavaText::Form::print, &skipped);
    const Stack* spinning = stack_with(all, "J.spin");
    REQUIRE(spinning != nullptr);
    CHECK(spinning->id > 0);
    CHECK(stack_with({*spinning}, "java.util.concurrent.ForkJoinWorkerThread.run") == nullptr);
    CHECK(skipped.lines == 0);
}

TEST_CASE("virtual threads that wait are in Thread.dump_to_file, as text and as JSON", "[stacks]") {
    stacks::Skipped skipped;
    const auto text =
        test::grouped(parse(test::read_capture("virtual.dump_to_file"), JavaText::Form::file, &skipped));
    const auto napping = [](const std::vector<Group>& groups) {
        std::int64_t count = 0;
        for (const Group& group : groups) {
            for (const Frame& frame : group.frames) count += frame.function == "J.nap" ? group.count : 0;
        }
        return count;
    };
    CHECK(napping(text) == 4);
    CHECK(skipped.lines == 0);
    std::vector<Stack> all;
    const std::string json = test::read_capture("virtual.json");
    const auto sink = [&](Stack&& stack, std::uint64_t key) {
        CHECK(key != 0);
        all.push_back(std::move(stack));
    };
    const auto end = stacks::read_thread_dump(json.substr(stacks::find_thread_dump(json)), sink);
    CHECK(end.is_whole);
    CHECK(napping(test::grouped(all)) == 4);
    const std::size_t whole = all.size();
    all.clear();
    CHECK_FALSE(stacks::read_thread_dump(json.substr(0, json.size() / 2), sink).is_whole);
    CHECK(!all.empty());
    CHECK(all.size() < whole);
}

TEST_CASE("jhsdb's stacks, jstack -F's, a servlet's and a native image's are read", "[stacks]") {
    stacks::Skipped skipped;
    const auto groups =
        test::grouped(parse(test::read_capture("jhsdb.jstack"), JavaText::Form::print, &skipped));
    CHECK(groups.front().count == 3);
    CHECK(groups.front().frames[0].function == "J.want");
    CHECK(groups.front().frames[0].line == 3);
    CHECK(skipped.lines == 0);

    const auto forced = parse(
        "Thread 31000: (state = BLOCKED)\n - app.Q.take(boolean, long) @bci=44, line=88 (Interpreted "
        "frame)\n - app.Q.run() @bci=1 (Compiled frame; information may be imprecise)\n");
    REQUIRE(forced.size() == 1);
    REQUIRE(forced[0].frames.size() == 2);
    CHECK(forced[0].id == 31000);
    CHECK(forced[0].frames[0].function == "app.Q.take");

    const auto servlet = parse(
        "Thread 40 (IPC handler):\n  State: WAITING\n  Blocked count: 0\n  Waited count: 12\n"
        "  Waiting on a.B@4c\n  Stack:\n    sun.misc.Unsafe.park(Native Method)\n"
        "    app.Server.run(Server.java:300)\n");
    REQUIRE(servlet.size() == 1);
    CHECK(servlet[0].name == "IPC handler");
    CHECK(servlet[0].state == "WAITING");
    CHECK(servlet[0].frames.size() == 2);

    const auto native = parse(
        "Full thread dump:\n\n\"main\" #1 thread=0x00007f0100 state=WAITING\n"
        "  A  SP 0x00007ffd01 IP 0x0000004a size=48    shop.Cart.put(Cart.java:12)\n"
        "  i  SP 0x00007ffd31 IP 0x0000004b size=32    [image code] shop.Cart.run(Cart.java:9)\n\n");
    REQUIRE(native.size() == 1);
    REQUIRE(native[0].frames.size() == 2);
    CHECK(native[0].frames[1].function == "shop.Cart.run");
}

TEST_CASE("calls of jstack -F are whole wherever a mail broke their lines", "[stacks]") {
    std::string text;
    for (int id = 71; id < 74; ++id) {
        text +=
            "Thread " + std::to_string(id) +
            ": (state = BLOCKED)\n - shop.Unsafe.park(boolean, long) @bci=0 (Compiled frame; information may "
            "be\n"
            "imprecise)\n - shop.rules.Engine.take(java.lang.Object)\n@bci=12, line=44 (Interpreted frame)\n"
            " - shop.Main.run() @bci=4,\nline=18 (Interpreted frame)\n\n";
    }
    TextDump read = read_text(text);
    CHECK(read.skipped.lines == 0);
    const auto groups = read.stacks.finish();
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].count == 3);
    REQUIRE(groups[0].frames.size() == 3);
    CHECK(groups[0].frames[1].function == "shop.rules.Engine.take");
    CHECK(groups[0].frames[2].line == 18);
}

TEST_CASE("a thread's first line that was cut before its number is put together again", "[stacks]") {
    std::string text;
    for (int id = 71; id < 75; ++id) {
        text += "\"http-" + std::to_string(id) + "\" #20 daemon prio=5 tid=0x00007f07 nid=\n0x" +
                std::to_string(id) +
                " waiting on condition  [0x00007fbb]\n   java.lang.Thread.State: WAITING (parking)\n"
                "\tat shop.rules.Engine.take(Engine.java:44)\n\n";
    }
    TextDump read = read_text(text);
    CHECK(read.skipped.lines == 0);
    const auto groups = read.stacks.finish();
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].count == 4);
    CHECK(groups[0].frames[0].function == "shop.rules.Engine.take");
}

TEST_CASE("what a JVM says behind its threads is no thread's", "[stacks]") {
    const auto all = parse(
        "\"a\" #9 prio=5 tid=0x1 nid=0x11 waiting\n   java.lang.Thread.State: BLOCKED\n\tat "
        "a.B.c(B.java:1)\n\n"
        "Found one Java-level deadlock:\n=====\n\"a\":\n  waiting to lock monitor 0x1\n\n"
        "Java stack information for the threads listed above:\n=====\n\"a\":\n\tat a.B.c(B.java:1)\n\tat "
        "x.Y.z(Y.java:2)\n\n"
        "Heap\n def new generation total 9K\n\tat no.Frame.ofAny(X.java:1)\n");
    REQUIRE(all.size() == 1);
    CHECK(all[0].frames.size() == 1);
    CHECK_FALSE(all[0].damaged);
}
