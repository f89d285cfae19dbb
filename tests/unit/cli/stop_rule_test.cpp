// SPDX-License-Identifier: MIT
#include "cli/watch/stop_rule.h"

#include <csignal>

#include "core/base/poller.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using cli::Signals;
using cli::StopOptions;
using cli::StopRule;

namespace {

const watch::Session kSession{{}};

void send(StopRule& course, Event::Kind kind) { course.take(Event{.kind = kind}, kSession); }

void raise_and_take(StopRule& course, int number) {
    REQUIRE(::raise(number) == 0);
    std::vector<Fact> facts;
    course.take(facts);
    CHECK(facts.empty());
}

}  // namespace

TEST_CASE("a watch goes on by default", "[cli]") {
    Signals signals(false);
    StopRule course(signals, {});
    for (int i = 0; i < 1000; ++i) send(course, Event::Kind::sample);
    send(course, Event::Kind::leak);
    CHECK(course.now() == watch::Course::on);
    CHECK(course.leak_told());
    CHECK_FALSE(course.deadline());
}

TEST_CASE("--samples ends a watch after as many, and waits for a dump that runs", "[cli]") {
    Signals signals(false);
    StopRule course(signals, {.most_samples = 2, .longest_dump = 1h});
    send(course, Event::Kind::sample);
    CHECK(course.now() == watch::Course::on);
    send(course, Event::Kind::sample);
    CHECK(course.now() == watch::Course::drain);
    CHECK(course.reason() == "--samples");
    REQUIRE(course.deadline());
    CHECK(*course.deadline() > boot_now() + 59min);
}

TEST_CASE("--for and --exit-on-leak end a watch, and nothing is waited for that takes no time", "[cli]") {
    Signals signals(false);
    StopRule timed(signals, {.most_time = 0s, .longest_dump = 0s});
    CHECK(timed.now() != watch::Course::on);
    CHECK(timed.now() == watch::Course::stop);
    CHECK(timed.reason() == "--for");
    StopRule alarmed(signals, {.exit_on_leak = true, .longest_dump = 1h});
    send(alarmed, Event::Kind::growing);
    CHECK(alarmed.now() == watch::Course::on);
    send(alarmed, Event::Kind::leak);
    CHECK(alarmed.now() == watch::Course::drain);
}

TEST_CASE("a signal ends a watch in order, a second one at once", "[cli]") {
    Signals signals(false);
    StopRule course(signals, {.longest_dump = 1h});
    raise_and_take(course, SIGTERM);
    CHECK(course.now() == watch::Course::drain);
    CHECK(course.reason() == "SIGTERM");
    raise_and_take(course, SIGINT);
    CHECK(course.now() == watch::Course::stop);
}

TEST_CASE("a new size of the terminal ends nothing", "[cli]") {
    Signals signals(false);
    StopRule course(signals, {});
    int seen = 0;
    course.on_signal = [&](const signalfd_siginfo& signal) { seen += signal.ssi_signo == SIGWINCH ? 1 : 0; };
    raise_and_take(course, SIGWINCH);
    CHECK(seen == 1);
    CHECK(course.now() == watch::Course::on);
}

TEST_CASE("a signal leaves a command the time to end by itself", "[cli]") {
    Signals signals(true);
    StopRule course(signals, {.has_command = true, .longest_dump = 1h});
    raise_and_take(course, SIGTERM);
    CHECK(course.now() == watch::Course::on);
    REQUIRE(course.deadline());
    CHECK(*course.deadline() <= boot_now() + 2s);
    course.take(Event{.kind = Event::Kind::gone, .ending = Ending{}}, kSession);
    CHECK(course.now() == watch::Course::drain);
    CHECK(course.ending());
}
