// SPDX-License-Identifier: MIT
// The three formats of a dump.
#include <nlohmann/json.hpp>

#include "core/report/folded.h"
#include "core/report/frame_text.h"
#include "core/report/go_text.h"
#include "core/report/json_dump.h"
#include "core/report/text_dump.h"
#include "tests/catch.h"

using namespace rampwatch;

namespace {

Frame frame(const char* function, const char* file = nullptr, std::int64_t line = 0, bool library = false) {
    Frame made;
    made.function = function;
    made.module = library ? "/usr/lib/x86_64-linux-gnu/libc.so.6" : "/opt/shop/bin/shop";
    if (file != nullptr) made.file = file;
    if (line > 0) made.line = line;
    made.library = library;
    return made;
}

Dump sample_dump() {
    Dump dump;
    dump.wall = std::chrono::seconds(1'795'000'000);
    dump.took = std::chrono::milliseconds(210);
    dump.life.pid = 4711;
    dump.life.start_ticks = 99;
    dump.life.started_wall = std::chrono::seconds(1'794'000'000);
    dump.life.executable = "/opt/shop/bin/shop";
    dump.backend = "eu-stack";
    dump.threads = 54;
    dump.baseline = std::chrono::seconds(1'794'990'000);
    Group leaked;
    leaked.count = 50;
    leaked.change = 37;
    leaked.state = "futex";
    leaked.ids = {10, 11, 12};
    leaked.names = {"price-0", "price-1", "price-2", "price-3"};
    leaked.frames = {frame("__futex_wait", "futex-internal.c", 57, true),
                     frame("void std::condition_variable::wait<int>(int)", nullptr, 0, true),
                     frame("shop::Queue<std::string>::pop()", "/src/shop/queue.h", 35),
                     frame("shop::collect(int)", "/src/shop/price.cpp", 60),
                     frame("start_thread", nullptr, 0, true)};
    leaked.own_frame = 2;
    Group idle;
    idle.count = 4;
    idle.change = 0;
    idle.ids = {1, 2, 3, 4};
    idle.frames = {frame("epoll_wait", nullptr, 0, true)};
    dump.groups = {leaked, idle};
    return dump;
}

}  // namespace

TEST_CASE("a dump in text has the program's own frame first and the machinery folded", "[report]") {
    CHECK(report::text_groups(sample_dump(), {.width = 80}) ==
          "50 threads, 93 %, +37 (+13.3/h), waiting: futex\n"
          "    shop::Queue<..>::pop                    queue.h:35\n"
          "      in __futex_wait, by std::condition_variable::wait<..> (2 library frames)\n"
          "    shop::collect                           price.cpp:60\n"
          "    named price-0, price-1, price-2, ..; TID 10, 11, 12 and 47 more\n"
          "\n"
          "4 threads, 7 %\n"
          "    epoll_wait                              libc.so.6\n"
          "      only library frames\n"
          "    TID 1, 2, 3, 4\n");
}

TEST_CASE("only the biggest groups are shown where few are wanted, and the one that grew most", "[report]") {
    Dump dump = sample_dump();
    Group grown = dump.groups[1];
    grown.count = 3;
    grown.change = 3;
    grown.frames = {frame("grown")};
    dump.groups[0].change = 0;
    dump.groups.push_back(grown);
    const std::string text = report::text_groups(dump, {.most_groups = 2});
    CHECK(text.find("50 threads") != std::string::npos);
    CHECK(text.find("    grown") != std::string::npos);
    CHECK(text.find("epoll_wait") == std::string::npos);
    CHECK(text.find("and 4 more in 1 other stack\n") != std::string::npos);
}

TEST_CASE("no line of a dump is wider than asked for, and none carries a control character", "[report]") {
    Dump dump = sample_dump();
    dump.groups[0].names = {std::string("\x1b[31m\xff"), std::string(15, 'n')};
    dump.groups[0].frames[3].function = std::string(5000, 'x') + "\n\x1b]0;";
    dump.groups[0].frames[2].file = "/src/" + std::string(40, 'f') + ".cpp";
    for (const std::size_t width : {40U, 60U, 80U, 200U}) {
        const std::string text = report::text_groups(dump, {.width = width});
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at);
            CHECK(end - at <= width);
            at = end + 1;
        }
        CHECK(text.find('\x1b') == std::string::npos);
    }
}

namespace {

// 19,998 coroutines that await a queue, and one thread.
Dump python_dump() {
    Dump dump = sample_dump();
    Group& waiting = dump.groups[0];
    waiting.kind = StackKind::task;
    waiting.task = "coroutine";
    waiting.count = 19'998;
    waiting.state = "Future";
    waiting.frames = {frame("Queue.get", "/usr/lib/python3.11/asyncio/queues.py", 158, true),
                      frame("Client.fetch", "/srv/shop/client.py", 12)};
    waiting.own_frame = 1;
    dump.groups[1].count = 1;
    dump.threads = 1;
    LanguageRuntime python;
    python.name = "Python";
    python.version = "3.11.2";
    python.tasks = 19'998;
    dump.runtimes = {python};
    return dump;
}

}  // namespace

TEST_CASE("tasks are counted for themselves, and asked about in lines of the width", "[report]") {
    const std::string text = report::text_dump(python_dump(), {.width = 80});
    CHECK(text.find("Python 3.11.2: 19,998 coroutines parked\n1 thread in 1 different stack of PID") == 0);
    CHECK(text.find("19,998 coroutines, 100 %, +37") != std::string::npos);
    CHECK(text.find("    hint: awaits a queue that nobody fills? In one sentence: what makes this\n"
                    "          coroutine return?\n") != std::string::npos);
}

TEST_CASE("of a reading that was cut short there are at least so many tasks", "[report]") {
    Dump dump = python_dump();
    dump.runtimes[0].left_out = "312 MiB of its heap was not read";
    const std::string text = report::text_dump(dump, {.width = 80});
    CHECK(text.find("Python 3.11.2: at least 19,998 coroutines parked\n"
                    "note: 312 MiB of its heap was not read\n") == 0);
}

TEST_CASE("a frame without a name shows its place in its module", "[report]") {
    Dump dump = sample_dump();
    Frame bare;
    bare.module = "/opt/shop/bin/shop";
    bare.offset = 0x4f21;
    dump.groups[0].frames = {bare};
    dump.groups[0].own_frame = 0;
    CHECK(report::text_groups(dump).find("    shop+0x4f21\n") != std::string::npos);
}

TEST_CASE("text and JSON of a dump name everything that read it", "[report]") {
    Dump dump = sample_dump();
    dump.go.emplace();
    dump.runtimes = {{.name = "Python", .version = "3.11.2", .frames = true},
                     {.name = "Ruby", .refused = "its version is not known"}};
    CHECK(report::readers_of(dump) == std::vector<std::string>{"go", "python", "eu-stack"});
    CHECK(report::taken_by(dump) == "go, python and eu-stack");
    CHECK(nlohmann::json::parse(report::json_dump(dump))["read_by"] ==
          nlohmann::json::array({"go", "python", "eu-stack"}));
}

TEST_CASE("the JSON of a dump keeps its promise", "[report]") {
    Dump dump = sample_dump();
    dump.warnings = {"1 of 55 threads could not be read, or had just ended."};
    dump.groups[0].names.push_back("\xff\x1b");
    const std::string line = report::json_dump(dump);
    CHECK(line.find('\n') == std::string::npos);
    const auto json = nlohmann::json::parse(line);
    CHECK(json["schema"] == "rampwatch.dump/1");
    CHECK(json["target"]["pid"] == 4711);
    CHECK(json["target"]["executable"] == "/opt/shop/bin/shop");
    CHECK_FALSE(json["target"].contains("command_line"));
    CHECK(json["backend"] == "eu-stack");
    CHECK(json["read_by"] == nlohmann::json::array({"eu-stack"}));
    CHECK(json["stop_time_us"].is_null());
    CHECK(json["threads"] == 54);
    CHECK(json["warnings"].size() == 1);
    const auto& group = json["groups"][0];
    CHECK(group["count"] == 50);
    CHECK(group["kind"] == "thread");
    CHECK(group["state"] == "futex");
    CHECK(group["tids"].size() == 3);
    CHECK(group["goids"].empty());
    CHECK(group["change"] == 37);
    CHECK(group["frames"][2]["function"] == "shop::Queue<std::string>::pop()");
    CHECK(group["frames"][2]["line"] == 35);
    CHECK(group["frames"][2]["offset"].is_null());
    CHECK(group["frames"][2]["inlined"] == false);
    CHECK(json["groups"][1]["state"].is_null());

    dump.baseline.reset();
    for (Group& one : dump.groups) one.change.reset();
    dump.life.command_line = "shop --port 80";
    dump.stop_time = std::chrono::microseconds(1234);
    const auto other = nlohmann::json::parse(report::json_dump(dump));
    CHECK(other["groups"][0]["change"].is_null());
    CHECK(other["target"]["command_line"] == "shop --port 80");
    CHECK(other["stop_time_us"] == 1234);
}

TEST_CASE("folded stacks begin at the outermost call and hold no stray separator", "[report]") {
    Dump dump = sample_dump();
    dump.groups[1].frames[0].function = "operator;\n()";
    CHECK(report::folded(dump) ==
          "start_thread;shop::collect(int);shop::Queue<std::string>::pop();void "
          "std::condition_variable::wait<int>(int);"
          "__futex_wait 50\n"
          "operator:\\x0a() 4\n");
}

TEST_CASE("threads that a runtime keeps for itself are one line behind the others", "[report]") {
    Dump dump = sample_dump();
    Group own;
    own.count = 15;
    own.ids = {70, 71};
    own.names = {"C1 CompilerThread0", "G1 Conc#0", "GC Thread#0", "VM Thread"};
    own.frames = {frame("(the JVM's own)")};
    own.runtime_own = true;
    dump.groups.insert(dump.groups.begin(), own);
    dump.threads += own.count;
    const std::string text = report::text_groups(dump, {});
    CHECK(text.find("and 15 of the runtime's own: C1 CompilerThread0, G1 Conc#0, GC Thread#0, ..\n") !=
          std::string::npos);
    CHECK(text.find("(the JVM's own)") == std::string::npos);
    CHECK(text.find("other stack") == std::string::npos);
}

TEST_CASE("a long name of Java loses its packages first", "[report]") {
    Frame method;
    method.function = "java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject.await";
    method.language = "java";
    CHECK(report::frame_name(method, 60) == "..locks.AbstractQueuedSynchronizer$ConditionObject.await");
    CHECK(report::frame_name(method, 200) == *method.function);
    CHECK(report::frame_name(method, 20).size() <= 20);
}
