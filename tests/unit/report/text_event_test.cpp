// SPDX-License-Identifier: MIT
#include "core/report/text_event.h"

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::report;
using namespace std::chrono_literals;

namespace {

const Life kWho{
    .pid = 4711, .started_wall = 1000s, .executable = "/opt/shop/bin/price-service", .comm = "price-serv"};

}  // namespace

TEST_CASE("a life is named by its number and its executable's base name", "[report]") {
    CHECK(name_of(kWho) == "PID 4711 (price-service)");
    CHECK(name_of({.pid = 5, .comm = "kworker"}) == "PID 5 (kworker)");
    CHECK(name_of({.pid = 5}) == "PID 5");
    CHECK(name_of({.pid = 5, .executable = "/tmp/a\x1b[31m"}) == "PID 5 (a\\x1b[31m)");
}

TEST_CASE("an ending says how, as far as it is known", "[report]") {
    CHECK(text_ending({Ending::Reason::exited, 3}) == "exited with status 3");
    CHECK(text_ending({Ending::Reason::signalled, 9}) == "was killed by SIGKILL (9)");
    CHECK(text_ending({Ending::Reason::signalled, 77}) == "was killed by signal 77");
    CHECK(text_ending({Ending::Reason::signalled, {}}) == "was killed by a signal");
    CHECK(text_ending({Ending::Reason::oom_killed, 9}) ==
          "was OOM-killed: the kernel had no memory left for it");
    CHECK(text_ending({}) == "ended");
}

TEST_CASE("every event but a sample has one line", "[report]") {
    for (int kind = 0; kind <= static_cast<int>(Event::Kind::ended); ++kind) {
        Event event{.kind = static_cast<Event::Kind>(kind), .wall = 1060s};
        CAPTURE(kind);
        const std::string bare = text_event(event);
        event.who = kWho;
        event.verdict = std::make_shared<Verdict>();
        event.dump = std::make_shared<Dump>();
        event.error = Error{Error::Kind::io, "broken", {}, {}};
        event.ending = Ending{};
        const std::string full = text_event(event);
        CHECK(bare.empty() == (event.kind == Event::Kind::sample));
        CHECK(full.empty() == (event.kind == Event::Kind::sample));
        CHECK(full.find('\n') == std::string::npos);
    }
}

TEST_CASE("a near limit says when, and that it is no leak", "[report]") {
    auto verdict = std::make_shared<Verdict>();
    verdict->limit_near = Forecast{
        .limit = {LimitKind::cgroup_max, 512 << 20, 500 << 20}, .eta_s = 720, .eta_range_s = {600, 900}};
    const std::string line = text_event({.kind = Event::Kind::limit_near, .verdict = verdict});
    CHECK(line.find("memory.max") != std::string::npos);
    CHECK(line.find("512 MiB") != std::string::npos);
    CHECK(line.find("in 12 min (10 min to 15 min)") != std::string::npos);
    CHECK(line.find("nothing of a leak") != std::string::npos);
}

TEST_CASE("a recovery says from what", "[report]") {
    Event event{.kind = Event::Kind::recovered, .who = kWho, .before = Claim::leak};
    CHECK(text_event(event) == "recovered: the leak of PID 4711 (price-service) is over");
    event.before = Claim::growing;
    CHECK(text_event(event) == "recovered: PID 4711 (price-service) no longer grows");
}
