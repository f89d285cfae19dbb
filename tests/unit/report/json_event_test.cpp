// SPDX-License-Identifier: MIT
#include "core/report/json_event.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/unit/report/verdicts.h"

using namespace rampwatch;
using namespace rampwatch::report;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const Life kWho{.pid = 4711, .executable = "/opt/bin/service"};

}  // namespace

TEST_CASE("an event is one line of JSON with its schema, time and target", "[report]") {
    const Event event{
        .kind = Event::Kind::started, .life = 2, .mono = 1500ms, .wall = 1764036605s, .who = kWho};
    const std::string line = json_event(event);
    CHECK(line.find('\n') == std::string::npos);
    const json parsed = json::parse(line);
    CHECK(parsed["schema"] == "rampwatch.event/1");
    CHECK(parsed["event"] == "started");
    CHECK(parsed["mono_s"] == 1.5);
    CHECK(parsed["life"] == 2);
    CHECK(parsed["pid"] == 4711);
    CHECK(parsed["executable"] == "/opt/bin/service");
    CHECK_FALSE(parsed.contains("verdict"));
}

TEST_CASE("a sample's names are those of the recording's columns, and unknown is null", "[report]") {
    const Sample sample{.rss_bytes = 4096, .anon_bytes = 1024, .threads = 3, .aged_threads = 2};
    const json parsed = json::parse(json_event({.kind = Event::Kind::sample, .sample = sample}));
    CHECK(parsed["sample"]["rss_bytes"] == 4096);
    CHECK(parsed["sample"]["rss_anon_bytes"] == 1024);
    CHECK(parsed["sample"]["threads"] == 3);
    CHECK(parsed["sample"]["aged_threads"] == 2);
    CHECK(parsed["sample"]["fds"].is_null());
    CHECK(parsed["sample"]["limit"].is_null());
    CHECK(parsed["time"].is_null());
}

TEST_CASE("an alarm carries the verdict as analyze has it", "[report]") {
    const auto verdict = std::make_shared<const Verdict>(leak_verdict());
    const json parsed =
        json::parse(json_event({.kind = Event::Kind::leak, .verdict = verdict, .before = Claim::growing}));
    CHECK(parsed["before"] == "growing");
    CHECK(parsed["verdict"]["verdict"] == "leak");
    CHECK(parsed["verdict"]["series"] == "memory");
    CHECK(parsed["verdict"]["all_series"].contains("threads"));
    CHECK_FALSE(parsed["verdict"].contains("source"));
}

TEST_CASE("an ending, an error and missed ticks are told as they are", "[report]") {
    const json gone =
        json::parse(json_event({.kind = Event::Kind::gone, .ending = Ending{Ending::Reason::signalled, 9}}));
    CHECK(gone["ending"]["reason"] == "signalled");
    CHECK(gone["ending"]["status"] == 9);
    const json failed = json::parse(json_event(
        {.kind = Event::Kind::dump_failed, .error = Error{Error::Kind::io, "broken", "gdb", "hint"}}));
    CHECK(failed["error"]["what"] == "broken");
    CHECK(json::parse(json_event({.kind = Event::Kind::missed, .missed_ticks = 3}))["missed_ticks"] == 3);
    CHECK(json::parse(json_dropped(12))["events"] == 12);
}

TEST_CASE("a name that is no UTF-8 does not break the line", "[report]") {
    const Event event{.kind = Event::Kind::started, .who = Life{.pid = 1, .executable = "/tmp/\xff\n\x1b"}};
    CHECK_NOTHROW(json::parse(json_event(event)));
    CHECK(json_event(event).find('\n') == std::string::npos);
}
