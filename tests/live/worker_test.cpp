// SPDX-License-Identifier: MIT
// The child that reads a Go program, and what a watch makes of it.
#include "core/worker/worker.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/dump/go_feed.h"
#include "core/probe/process.h"
#include "core/worker/worker_call.h"
#include "tests/catch.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using worker::WorkerCall;
namespace order = worker::order;
using worker::Worker;

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
        if (words.find(worker::kWorkerWord) != std::string::npos &&
            words.find(target.pid_word()) != std::string::npos) {
            return child;
        }
    }
    return -1;
}

template <class O>
Result<typename O::Answer> ask(const std::shared_ptr<Worker>& worker, O order) {
    return WorkerCall<O>(worker, std::move(order), {.time = 60s}).wait();
}

std::shared_ptr<Worker> worker_for(const test::Target& target) {
    return std::make_shared<Worker>(life_of(target), RAMPWATCH_PROGRAM);
}

}  // namespace

TEST_CASE("a worker that is killed is an error, and the next order has another", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    const auto worker = worker_for(target);
    const auto first = ask(worker, order::Count{});
    REQUIRE(first);
    CHECK(first->go.goroutines >= 1000);
    CHECK(first->counters.goroutine_records != 0);

    const pid_t child = child_for(target);
    REQUIRE(child > 0);
    ::kill(child, SIGSTOP);  // so that it cannot have answered before it is killed
    WorkerCall<order::Goroutines> call(worker, {}, {.time = 60s});
    ::kill(child, SIGKILL);
    const auto answer = call.wait();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().what.find("signal 9") != std::string::npos);
    CHECK(ask(worker, order::Count{}));
    CHECK(child_for(target) != child);
}

TEST_CASE("orders of two askers are answered each to its own", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    const auto worker = worker_for(target);
    WorkerCall<order::Goroutines> stacks(worker, {}, {.time = 60s});
    WorkerCall<order::Count> count(worker, {}, {.time = 60s});
    const auto second = count.wait();
    REQUIRE(second);
    CHECK(second->go.goroutines >= 1000);
    const auto first = stacks.poll();  // it lies there: the other call has read it
    REQUIRE(first);
    REQUIRE(*first);
    const auto& groups = (*first)->groups;
    REQUIRE_FALSE(groups.empty());
    CHECK(groups[0].count == 1000);
    CHECK(groups[0].state == "chan send");
    CHECK(groups[0].frames[groups[0].own_frame].function == "main.process");
}

TEST_CASE("an order that is given up ends alone; the next one is answered by another child", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    const auto worker = worker_for(target);
    WorkerCall<order::Goroutines> dropped(worker, {}, {.time = 0s});
    WorkerCall<order::Count> count(worker, {}, {.time = 60s});
    const auto ended = dropped.wait();
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == Error::Kind::timed_out);
    const auto answer = count.wait();
    REQUIRE(answer);
    CHECK(answer->go.goroutines >= 1000);
}

TEST_CASE("a call that is destroyed leaves the worker to the others", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    const auto worker = worker_for(target);
    { const WorkerCall<order::Goroutines> forgotten(worker, {}, {.time = 60s}); }
    REQUIRE(ask(worker, order::Count{}));
    const pid_t child = child_for(target);
    { const WorkerCall<order::Goroutines> ended(worker, {}, {.time = 60s}, worker::Abandon::end); }
    CHECK(child_for(target) != child);
    CHECK(ask(worker, order::Count{}));
}

TEST_CASE("a program that is no Go program is none of the worker's harm", "[worker]") {
    const test::Target target({test::program("steady")});
    const auto answer = ask(worker_for(target), order::Goroutines{});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == Error::Kind::not_found);
}

TEST_CASE("a program without Go that becomes one with it is read then", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const std::string words = "echo ready; while [ ! -e " + folder.path("go") +
                              " ]; do sleep 0.01; done; exec " + test::program("parks_go") + " " +
                              folder.path("dump");
    const test::Target target({"sh", "-c", words});
    const auto worker = worker_for(target);
    for (int round = 0; round < 2; ++round) {
        const auto before = ask(worker, order::Goroutines{});
        REQUIRE_FALSE(before);
        CHECK(before.error().kind == Error::Kind::not_found);
    }
    std::ofstream(folder.path("go")) << "now";
    std::int64_t goroutines = 0;
    for (const auto until = boot_now() + 60s; boot_now() < until; std::this_thread::sleep_for(50ms)) {
        const auto after = ask(worker, order::Goroutines{});
        if (after) goroutines = after->go.goroutines;
        if (goroutines >= 1000) break;
    }
    CHECK(goroutines >= 1000);
}

TEST_CASE("samples of a Go program carry its goroutines and its live heap", "[worker]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    dump::GoFeed feed(worker_for(target), {.interval = 100ms, .aged_after = 0s});
    std::vector<Fact> none;
    for (const auto until = boot_now() + 60s; !feed.program() && boot_now() < until;) {
        feed.collect(none);
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
