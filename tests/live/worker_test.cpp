// SPDX-License-Identifier: MIT
// The child that reads a Go program, and what a watch makes of it.
#include "core/dump/worker.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/dump/go_feed.h"
#include "core/probe/process.h"
#include "tests/catch.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using dump::Order;
using dump::Worker;

namespace {

Life life_of(const test::Target& target) { return probe::Process::open(target.pid())->life(); }

// Our child that reads `target`, by its command line.
pid_t child_for(const test::Target& target) {
    std::ifstream list("/proc/self/task/" + std::to_string(::gettid()) + "/children");
    for (pid_t child = 0; list >> child;) {
        std::ifstream file("/proc/" + std::to_string(child) + "/cmdline", std::ios::binary);
        std::stringstream line;
        line << file.rdbuf();
        const std::string words = line.str();
        if (words.find(dump::kWorkerWord) != std::string::npos &&
            words.find(target.pid_word()) != std::string::npos) {
            return child;
        }
    }
    return -1;
}

}  // namespace

TEST_CASE("a worker that is killed is an error, and the next order has another", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    Worker worker(life_of(target), RAMPWATCH_PROGRAM);
    const auto first = worker.ask_and_wait({.order = Order::count}, 60s);
    REQUIRE_FALSE(first.error);
    CHECK(first.dump.go->goroutines >= 1000);
    CHECK(first.dump.groups.empty());
    CHECK(first.counters.goroutine_records != 0);

    const pid_t child = child_for(target);
    REQUIRE(child > 0);
    ::kill(child, SIGSTOP);  // so that it cannot have answered before it is killed
    const auto ticket = worker.ask({.order = Order::goroutines}, boot_now());
    REQUIRE(ticket);
    ::kill(child, SIGKILL);
    std::optional<dump::Answer> answer;
    for (const auto until = boot_now() + 60s; !answer && boot_now() < until;) {
        std::this_thread::sleep_for(2ms);
        answer = worker.take(*ticket, boot_now());
    }
    REQUIRE(answer);
    REQUIRE(answer->error);
    CHECK(answer->error->what.find("signal 9") != std::string::npos);
    const auto again = worker.ask_and_wait({.order = Order::count}, 60s);
    CHECK_FALSE(again.error);
    CHECK(child_for(target) != child);
}

TEST_CASE("orders of two askers are answered each to its own", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    Worker worker(life_of(target), RAMPWATCH_PROGRAM);
    const auto stacks = worker.ask({.order = Order::goroutines}, boot_now());
    const auto count = worker.ask({.order = Order::count}, boot_now());
    REQUIRE(stacks);
    REQUIRE(count);
    std::optional<dump::Answer> second;
    for (const auto until = boot_now() + 60s; !second && boot_now() < until;) {
        std::this_thread::sleep_for(2ms);
        second = worker.take(*count, boot_now());
    }
    REQUIRE(second);
    CHECK(second->order == Order::count);
    CHECK(worker.has(*stacks));
    const auto first = worker.take(*stacks, boot_now());
    REQUIRE(first);
    REQUIRE_FALSE(first->dump.groups.empty());
    CHECK(first->dump.groups[0].count == 1000);
    CHECK(first->dump.groups[0].state == "chan send");
    CHECK(first->dump.groups[0].frames[first->dump.groups[0].own_frame].function == "main.process");
}

TEST_CASE("an order that is given up ends alone; the next one is answered by another child", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    Worker worker(life_of(target), RAMPWATCH_PROGRAM);
    const auto dropped = worker.ask({.order = Order::goroutines}, boot_now());
    const auto count = worker.ask({.order = Order::count}, boot_now());
    REQUIRE(dropped);
    REQUIRE(count);
    worker.give_up(*dropped);
    const auto ended = worker.take(*dropped, boot_now());
    REQUIRE(ended);
    REQUIRE(ended->error);
    CHECK(ended->error->kind == Error::Kind::timed_out);
    std::optional<dump::Answer> answer;
    for (const auto until = boot_now() + 60s; !answer && boot_now() < until;) {
        std::this_thread::sleep_for(2ms);
        answer = worker.take(*count, boot_now());
    }
    REQUIRE(answer);
    CHECK_FALSE(answer->error);
    CHECK(answer->dump.go->goroutines >= 1000);
}

TEST_CASE("a program that is no Go program is none of the worker's harm", "[worker]") {
    const test::Target target({test::program("steady")});
    Worker worker(life_of(target), RAMPWATCH_PROGRAM);
    const auto answer = worker.ask_and_wait({.order = Order::goroutines}, 60s);
    REQUIRE(answer.error);
    CHECK(answer.error->kind == Error::Kind::not_found);
}

TEST_CASE("a program without Go that becomes one with it is read then", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const std::string words = "echo ready; while [ ! -e " + folder.path("go") +
                              " ]; do sleep 0.01; done; exec " + test::program("parks_go") + " " +
                              folder.path("dump");
    const test::Target target({"sh", "-c", words});
    Worker worker(life_of(target), RAMPWATCH_PROGRAM);
    for (int round = 0; round < 2; ++round) {
        const auto before = worker.ask_and_wait({.order = Order::goroutines}, 60s);
        REQUIRE(before.error);
        CHECK(before.error->kind == Error::Kind::not_found);
    }
    std::ofstream(folder.path("go")) << "now";
    dump::Answer after;
    for (const auto until = boot_now() + 60s; boot_now() < until; std::this_thread::sleep_for(50ms)) {
        after = worker.ask_and_wait({.order = Order::goroutines}, 60s);
        if (!after.error && after.dump.go->goroutines >= 1000) break;
    }
    REQUIRE_FALSE(after.error);
    CHECK(after.dump.go->goroutines >= 1000);
}

TEST_CASE("samples of a Go program carry its goroutines and its live heap", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    auto worker = std::make_shared<Worker>(life_of(target), RAMPWATCH_PROGRAM);
    dump::GoFeed feed(worker, {.interval = 100ms, .aged_after = 0s});
    std::vector<Fact> none;
    for (const auto until = boot_now() + 60s; !feed.program() && boot_now() < until;) {
        feed.take(none);
        std::this_thread::sleep_for(2ms);
    }
    REQUIRE(feed.program());
    Sample sample{.mono = boot_now()};
    feed.read(sample);
    CHECK(sample.goroutines.value_or(0) >= 1000);
    CHECK(sample.aged_goroutines.value_or(0) >= 1000);
    Sample next{.mono = sample.mono + 1ms};
    feed.read(next);
    CHECK_FALSE(next.goroutines);  // not counted again since: nothing is judged twice
    CHECK(none.empty());
}

TEST_CASE("a look at a Go program shows its goroutines", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    const auto look = test::rampwatch({target.pid_word()});
    CHECK(look.status == 0);
    CHECK(look.out.find("[chan send") != std::string::npos);
    CHECK(look.out.find("main.process") != std::string::npos);
}
