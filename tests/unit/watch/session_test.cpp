// SPDX-License-Identifier: MIT
#include "core/watch/session.h"

#include <map>

#include "core/model/words.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using watch::Output;
using watch::Session;
using watch::Settings;

namespace {

constexpr std::int64_t kMiB = 1 << 20;
const Life kWho{.boot_id = "b", .pid = 4711, .start_ticks = 100, .executable = "/usr/bin/service"};

fact::Appeared appeared(TargetId target, LifeNumber life, nanoseconds mono) {
    return {.target = target, .life = life, .who = kWho, .mono = mono, .wall = mono};
}

fact::Sampled sampled(nanoseconds mono, std::int64_t bytes, LifeNumber life = 1, TargetId target = 0) {
    return {target, life,
            Sample{.mono = mono, .wall = mono, .rss_bytes = bytes, .anon_bytes = bytes, .age = mono}};
}

// All that a Session told and asked, sample events left out.
struct Heard {
    std::vector<std::string> events{};
    std::vector<Request> requests{};
    std::map<std::string, nanoseconds> first_told{};

    [[nodiscard]] nanoseconds told_at(const std::string& kind) const { return first_told.at(kind); }
    void add(const Output& output) {
        for (const Event& event : output.events) {
            if (event.kind == Event::Kind::sample) continue;
            events.emplace_back(word(event.kind));
            first_told.try_emplace(events.back(), event.mono);
        }
        requests.insert(requests.end(), output.requests.begin(), output.requests.end());
    }
    [[nodiscard]] std::vector<DumpReason> reasons() const {
        std::vector<DumpReason> list;
        for (const Request& request : requests) list.push_back(request.reason);
        return list;
    }
};

fact::DumpDone dump_done(RequestId id, nanoseconds mono, std::int64_t count = 1) {
    Dump dump{.mono = mono, .life = kWho, .backend = "eu-stack", .threads = count};
    dump.groups.push_back({.count = count, .frames = {{.function = "work"}}});
    return {.request = id, .dump = std::move(dump), .mono = mono, .wall = mono};
}

// Memory that rises evenly, looked at every 10 s; every request is answered 100 ms later.
Heard watch_ramp(Session& session, nanoseconds time, double start_mib, double mib_per_h) {
    Heard heard;
    heard.add(session.tell(appeared(0, 1, 0s)));
    std::size_t answered = 0;
    for (nanoseconds now = 10s; now <= time; now += 10s) {
        const double hours = std::chrono::duration<double, std::ratio<3600>>(now).count();
        heard.add(
            session.tell(sampled(now, static_cast<std::int64_t>((start_mib + mib_per_h * hours) * kMiB))));
        for (; answered < heard.requests.size(); ++answered)
            heard.add(session.tell(dump_done(heard.requests[answered].id, now + 100ms)));
    }
    return heard;
}

}  // namespace

TEST_CASE("nine days of the founding story: one notice, one alarm, and each doubling", "[watch]") {
    Session session(Settings{});
    const Heard heard = watch_ramp(session, 9 * 24h, 80, 4.4);
    const std::vector<std::string> expected = {"started", "dump",       "growing",    "dump",      "leak",
                                               "dump",    "leak_worse", "leak_worse", "leak_worse"};
    CHECK(heard.events == expected);  // at about 118, 235, 470 and 940 MiB
    CHECK(heard.reasons() == std::vector{DumpReason::baseline, DumpReason::growing, DumpReason::leak});
    CHECK(session.verdict().claim == Claim::leak);
    CHECK(session.verdict().ever_leak);
    CHECK(heard.told_at("growing") < 4h);
    CHECK(heard.told_at("leak") > 24h);  // by memory alone the second day must answer
    CHECK(heard.told_at("leak") < 27h);
}

TEST_CASE("memory that stays level is told of by nothing but its baseline", "[watch]") {
    Session session(Settings{});
    const Heard heard = watch_ramp(session, 48h, 80, 0);
    CHECK(heard.events == std::vector<std::string>{"started", "dump"});
    CHECK(heard.reasons() == std::vector{DumpReason::baseline});
}

TEST_CASE("a Session that is not to ask for dumps tells the same", "[watch]") {
    Session asking(Settings{});
    Session silent(Settings{.dumps = false});
    Heard with = watch_ramp(asking, 3 * 24h, 80, 4.4);
    const Heard without = watch_ramp(silent, 3 * 24h, 80, 4.4);
    std::erase(with.events, "dump");
    CHECK(with.events == without.events);
    CHECK(without.requests.empty());
    CHECK(asking.verdict() == silent.verdict());
}

TEST_CASE("the baseline waits for some samples and a 64th of the patience", "[watch]") {
    Session session(Settings{.judge = {.patience = 20s}});
    Heard heard;
    heard.add(session.tell(appeared(0, 1, 0s)));
    nanoseconds now{};
    while (heard.requests.empty() && now < 10s) {
        now += 20ms;
        heard.add(session.tell(sampled(now, 80 * kMiB)));
    }
    CHECK(now == 2020ms);  // a 64th would be 0.3 s; a process that is 2 s old has begun
    CHECK(heard.reasons() == std::vector{DumpReason::baseline});
}

TEST_CASE("groups are compared with those of the life's first dump", "[watch]") {
    Session session(Settings{.judge = {.patience = 20s}});
    Heard heard;
    nanoseconds now{};
    while (heard.requests.size() < 2 && now < 10min) {
        now += 20ms;
        const auto bytes = 80 * kMiB + kMiB * now / 100ms;
        heard.add(session.tell(sampled(now, bytes)));
        if (!heard.requests.empty() && heard.requests.back().reason == DumpReason::baseline)
            session.tell(dump_done(heard.requests.back().id, now, 10));
    }
    REQUIRE(heard.requests.size() == 2);
    session.tell(dump_done(heard.requests.back().id, now, 25));
    REQUIRE(session.newest_dump());
    REQUIRE(session.newest_dump()->groups.size() == 1);
    CHECK(session.newest_dump()->groups[0].change == 15);
}

TEST_CASE("a restart is told, begins anew and takes its own baseline", "[watch]") {
    Session session(Settings{.judge = {.patience = 20s}});
    Heard heard;
    heard.add(session.tell(appeared(0, 1, 0s)));
    for (int i = 1; i <= 300; ++i) heard.add(session.tell(sampled(i * 20ms, 80 * kMiB)));
    heard.add(session.tell(fact::Gone{.target = 0, .life = 1, .mono = 6s, .wall = 6s}));
    heard.add(session.tell(appeared(0, 2, 6100ms)));
    heard.add(session.tell(dump_done(heard.requests.at(0).id, 6200ms)));  // late, of the life that is over
    for (int i = 310; i <= 900; ++i) heard.add(session.tell(sampled(i * 20ms, 80 * kMiB, 2)));
    CHECK(heard.events == std::vector<std::string>{"started", "gone", "restarted", "dump"});
    REQUIRE(heard.requests.size() == 2);
    CHECK(heard.requests[1].life == 2);
    CHECK(session.verdict().lives == 2);
}

TEST_CASE("another program under the same number is a further life, and is told who it was", "[watch]") {
    Session session(Settings{.judge = {.patience = 20s}});
    session.tell(appeared(0, 1, 0s));
    for (int i = 1; i <= 300; ++i) session.tell(sampled(i * 20ms, kMiB));
    auto program = appeared(0, 2, 6100ms);
    program.who.executable = "/usr/bin/java";
    const Output output = session.tell(program);
    REQUIRE(output.events.size() == 1);
    CHECK(output.events[0].kind == Event::Kind::restarted);
    REQUIRE(output.events[0].was);
    CHECK(output.events[0].was->executable == "/usr/bin/service");
    CHECK(output.events[0].who->executable == "/usr/bin/java");
    for (int i = 310; i <= 2000; ++i) session.tell(sampled(i * 20ms, 150 * kMiB, 2));
    const Verdict verdict = session.verdict();
    CHECK(verdict.claim == Claim::healthy);
    CHECK(verdict.lives == 2);

    auto restarted = appeared(0, 3, 50s);
    restarted.who.pid = 4712;
    CHECK_FALSE(session.tell(restarted).events.at(0).was);
}

TEST_CASE("looks of a life that is over, and looks that are not later, are left out", "[watch]") {
    Session session(Settings{});
    session.tell(appeared(0, 2, 0s));
    CHECK(session.tell(sampled(1s, kMiB, 2)).events.size() == 1);
    CHECK(session.tell(sampled(1s, kMiB, 2)).events.empty());
    CHECK(session.tell(sampled(500ms, kMiB, 2)).events.empty());
    CHECK(session.tell(sampled(2s, kMiB, 1)).events.empty());
    session.tell(fact::Gone{.target = 0, .life = 2, .mono = 3s});
    CHECK(session.tell(sampled(4s, kMiB, 2)).events.empty());
    CHECK(session.verdict().samples == 1);
}

TEST_CASE("a look at a life that never appeared makes it appear", "[watch]") {
    Session session(Settings{});
    Heard heard;
    heard.add(session.tell(sampled(1s, kMiB, 1)));
    heard.add(session.tell(sampled(2s, kMiB, 2)));
    CHECK(heard.events == std::vector<std::string>{"started", "restarted"});
}

TEST_CASE("answers nobody asked for are left out", "[watch]") {
    Session session(Settings{});
    session.tell(appeared(0, 1, 0s));
    CHECK(session.tell(dump_done(0, 1s)).events.empty());
    CHECK(session.tell(dump_done(99, 1s)).events.empty());
    CHECK_FALSE(session.newest_dump());
    CHECK(session.verdict(12).samples == 0);
}

TEST_CASE("a dump that failed because the process ended is not told", "[watch]") {
    Session session(Settings{.judge = {.patience = 20s}});
    Heard heard;
    for (int i = 1; i <= 300; ++i) heard.add(session.tell(sampled(i * 20ms, 80 * kMiB)));
    REQUIRE(heard.requests.size() == 1);
    const fact::DumpDone failed{
        .request = heard.requests[0].id, .dump = Error{Error::Kind::gone, "it ended", {}, {}}, .mono = 7s};
    session.tell(fact::Gone{.target = 0, .life = 1, .mono = 6500ms});
    CHECK(session.tell(failed).events.empty());
}

TEST_CASE("the table of targets is bounded", "[watch]") {
    Session session(Settings{});
    for (TargetId id = 0; id < watch::kMostTargets; ++id) session.tell(appeared(id, 1, 1s));
    CHECK(session.tell(appeared(watch::kMostTargets, 1, 1s)).events.empty());
    CHECK(session.tell(appeared(5, 2, 2s)).events.size() == 1);
}

TEST_CASE("a restored Session goes on in the same life, and tells no leak a second time", "[watch]") {
    Session first({.judge = {.patience = 60s, .min_growth_bytes = kMiB}});
    Session whole({.judge = {.patience = 60s, .min_growth_bytes = kMiB}});
    const auto feed = [](Session& session, int from, int to, Heard& heard) {
        for (int i = from; i < to; ++i) heard.add(session.tell(sampled(i * 1s, 40 * kMiB + i * kMiB / 4)));
    };
    Heard of_first, of_whole, of_restored;
    for (Session* session : {&first, &whole}) session->tell(appeared(0, 1, 0s));
    feed(first, 0, 400, of_first);
    feed(whole, 0, 500, of_whole);
    Session restored({.judge = {.patience = 60s, .min_growth_bytes = kMiB}});
    REQUIRE(restored.restore(0, first.save(), 1));
    of_restored.add(restored.tell(appeared(0, 1, 401s)));
    CHECK(of_restored.events == std::vector<std::string>{"started"});
    feed(restored, 400, 500, of_restored);
    CHECK(restored.verdict() == whole.verdict());
    CHECK(of_first.told_at("leak") < 400s);
    CHECK(of_restored.first_told.count("leak") == 0);
    CHECK(of_restored.first_told.count("growing") == 0);
}

TEST_CASE("a restored Session takes another process for the next life", "[watch]") {
    Session first({.judge = {.patience = 60s}});
    first.tell(appeared(0, 1, 0s));
    for (int i = 0; i < 100; ++i) first.tell(sampled(i * 1s, 40 * kMiB));
    Session restored({.judge = {.patience = 60s}});
    REQUIRE(restored.restore(0, first.save(), 1));
    Heard heard;
    heard.add(restored.tell(appeared(0, 2, 200s)));
    CHECK(heard.events == std::vector<std::string>{"restarted"});
    restored.tell(sampled(201s, 20 * kMiB, 2));
    CHECK(restored.verdict().lives == 2);
    CHECK(restored.verdict().samples == 101);
}

TEST_CASE("a state that is cut anywhere changes nothing", "[watch]") {
    Session first({.judge = {.patience = 60s}});
    first.tell(appeared(0, 1, 0s));
    for (int i = 0; i < 10; ++i) first.tell(sampled(i * 1s, 40 * kMiB));
    const auto bytes = first.save();
    Session restored({.judge = {.patience = 60s}});
    for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 8)
        CHECK_FALSE(restored.restore(0, std::span(bytes).first(size), 1));
    CHECK(restored.verdict() == Verdict{});
}

TEST_CASE("stacks are compared with the baseline of the watch before", "[watch]") {
    Session first(Settings{});
    first.tell(appeared(0, 1, 0s));
    first.tell(sampled(1s, 40 * kMiB));
    Session session(Settings{});
    REQUIRE(session.restore(0, first.save(), 1));
    const auto before = dump_done(1, 1s, 3);
    session.adopt_baseline(0, std::make_shared<const Dump>(before.dump.value()));
    const Heard heard = watch_ramp(session, 28h, 80, 4.4);
    CHECK(heard.reasons() == std::vector{DumpReason::growing, DumpReason::leak});
    REQUIRE(session.newest_dump());
    CHECK(session.newest_dump()->groups.front().change == -2);
}
