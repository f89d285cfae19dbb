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

void send(StopRule& rule, Event::Kind kind) { rule.on_event(Event{.kind = kind}, kSession); }

void raise_and_take(StopRule& rule, int number) {
    REQUIRE(::raise(number) == 0);
    std::vector<Fact> facts;
    rule.collect(facts);
    CHECK(facts.empty());
}

}  // namespace

TEST_CASE("a watch goes on by default", "[cli]") {
    Signals signals(false);
    StopRule rule(signals, {});
    for (int i = 0; i < 1000; ++i) send(rule, Event::Kind::sample);
    send(rule, Event::Kind::leak);
    CHECK(rule.now() == watch::LoopState::on);
    CHECK(rule.leak_told());
    CHECK_FALSE(rule.deadline());
}

TEST_CASE("--samples ends a watch after as many, and waits for a dump that runs", "[cli]") {
    Signals signals(false);
    StopRule rule(signals, {.most_samples = 2, .longest_dump = 1h});
    send(rule, Event::Kind::sample);
    CHECK(rule.now() == watch::LoopState::on);
    send(rule, Event::Kind::sample);
    CHECK(rule.now() == watch::LoopState::drain);
    CHECK(rule.reason() == "--samples");
    REQUIRE(rule.deadline());
    CHECK(*rule.deadline() > boot_now() + 59min);
}

TEST_CASE("--for and --exit-on-leak end a watch, and nothing is waited for that takes no time", "[cli]") {
    Signals signals(false);
    StopRule timed(signals, {.most_time = 0s, .longest_dump = 0s});
    CHECK(timed.now() != watch::LoopState::on);
    CHECK(timed.now() == watch::LoopState::stop);
    CHECK(timed.reason() == "--for");
    StopRule alarmed(signals, {.exit_on_leak = true, .longest_dump = 1h});
    send(alarmed, Event::Kind::growing);
    CHECK(alarmed.now() == watch::LoopState::on);
    send(alarmed, Event::Kind::leak);
    CHECK(alarmed.now() == watch::LoopState::drain);
}

TEST_CASE("a signal ends a watch in order, a second one at once", "[cli]") {
    Signals signals(false);
    StopRule rule(signals, {.longest_dump = 1h});
    raise_and_take(rule, SIGTERM);
    CHECK(rule.now() == watch::LoopState::drain);
    CHECK(rule.reason() == "SIGTERM");
    raise_and_take(rule, SIGINT);
    CHECK(rule.now() == watch::LoopState::stop);
}

TEST_CASE("a new size of the terminal ends nothing", "[cli]") {
    Signals signals(false);
    StopRule rule(signals, {});
    int seen = 0;
    rule.on_signal = [&](const signalfd_siginfo& signal) { seen += signal.ssi_signo == SIGWINCH ? 1 : 0; };
    raise_and_take(rule, SIGWINCH);
    CHECK(seen == 1);
    CHECK(rule.now() == watch::LoopState::on);
}

TEST_CASE("a signal leaves a command the time to end by itself", "[cli]") {
    Signals signals(true);
    StopRule rule(signals, {.has_command = true, .longest_dump = 1h});
    raise_and_take(rule, SIGTERM);
    CHECK(rule.now() == watch::LoopState::on);
    REQUIRE(rule.deadline());
    CHECK(*rule.deadline() <= boot_now() + 2s);
    rule.on_event(Event{.kind = Event::Kind::gone, .ending = Ending{}}, kSession);
    CHECK(rule.now() == watch::LoopState::drain);
    CHECK(rule.ending());
}
