// SPDX-License-Identifier: MIT
#include "core/report/text_event.h"

#include "core/report/member_text.h"

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

TEST_CASE("a script is named as ps names it", "[report]") {
    CHECK(name_of({.pid = 7, .executable = "/usr/bin/python3.11", .comm = "gunicorn"}) == "PID 7 (gunicorn)");
    CHECK(name_of({.pid = 7, .executable = "/usr/bin/python3.11", .comm = "python3"}) ==
          "PID 7 (python3.11)");
    CHECK(name_of({.pid = 7, .executable = "/usr/bin/node", .comm = "MainThread"}) == "PID 7 (node)");
    CHECK(name_of({.pid = 7, .executable = "/usr/sbin/nginx", .comm = "worker"}) == "PID 7 (nginx)");
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

TEST_CASE("a near limit of descriptors says how many are open, and when they are all", "[report]") {
    auto verdict = std::make_shared<Verdict>();
    verdict->series[index(Series::fds)] = SeriesVerdict{.series = Series::fds};
    verdict->series[index(Series::fds)]->count_limit_near =
        CountForecast{.limit = {1024, 940}, .eta_s = 3.1 * 3600, .eta_range_s = {3 * 3600, 3.2 * 3600}};
    CHECK(text_event({.kind = Event::Kind::limit_near, .verdict = verdict}) ==
          "limit near: of 1,024 descriptors allowed (RLIMIT_NOFILE) 940 are open, at this rate full in 3.1 h "
          "(3 h to 3.2 h); this says nothing of a leak");
}

TEST_CASE("a recovery says from what", "[report]") {
    Event event{.kind = Event::Kind::recovered, .who = kWho, .before = Claim::leak};
    CHECK(text_event(event) == "recovered: the leak of PID 4711 (price-service) is over");
    event.before = Claim::growing;
    CHECK(text_event(event) == "recovered: PID 4711 (price-service) no longer grows");
}

TEST_CASE("the processes of a service stand in a table below its alarm, each line within 80 columns",
          "[report]") {
    Event event{.kind = Event::Kind::leak, .target = kSumTarget};
    for (TargetId target = kFirstMember; target < kFirstMember + 3; ++target) {
        ServiceMember member{
            .target = target, .who = kWho, .claim = Claim::healthy, .memory_bytes = 60 << 20};
        member.who->pid = 4000 + static_cast<std::int32_t>(target);
        event.members.push_back(member);
    }
    event.members[0].claim = Claim::leak;
    event.members[0].memory_bytes = 420 << 20;
    event.members[0].rise_bytes = 380 << 20;
    event.members[0].slope_per_s = 12.3 * (1 << 20);
    event.members_in_all = 33;
    event.spoken_by = kFirstMember;
    const auto lines = member_lines(event);
    REQUIRE(lines.size() == 5);
    CHECK(lines[0] == "  33 processes, 1 of them grows; the figures above are PID 4002's");
    CHECK(lines[1] == "    PID 4002 (price-service)        420 MiB  leak         +380 MiB    +12.3 MiB/s");
    CHECK(lines[2] == "    PID 4003 (price-service)       60.0 MiB  healthy");
    CHECK(lines[4] == "    and 30 more");
    event.members_in_all = 1;
    CHECK(member_lines(event).empty());
}
