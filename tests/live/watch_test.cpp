// SPDX-License-Identifier: MIT
// The whole chain on a real process: samples, verdict, stacks, recording, and the recording judged again.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/catch.h"
#include "tests/support/target.h"

using namespace rampwatch;
using nlohmann::json;

namespace {

std::vector<json> events_of(const std::string& out) {
    std::vector<json> events;
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) events.push_back(json::parse(line));
    return events;
}

// The first event that fits; null when there is none.
template <class Fits>
json first(const std::vector<json>& events, Fits fits) {
    for (const json& event : events) {
        if (fits(event)) return event;
    }
    return nullptr;
}

json first_of_kind(const std::vector<json>& events, const std::string& kind) {
    return first(events, [&](const json& event) { return event["event"] == kind; });
}

std::string temp_path() {
    std::string path = "/tmp/rampwatch-live-XXXXXX";
    const int fd = ::mkstemp(path.data());
    REQUIRE(fd >= 0);
    ::close(fd);
    return path;  // empty, so that a recording may begin in it
}

}  // namespace

TEST_CASE(
    "a service that leaks blocked threads: the alarm, the leaking function on top, the same from the "
    "recording",
    "[watch]") {
    if (!test::have({"eu-stack"})) return;
    const test::Target leaker({test::program("thread_leaker")});
    const std::string record = temp_path();
    const test::Outcome watched =
        test::rampwatch({"watch", "--patience", "20s", "--exit-on-leak", "--for", "3m", "--format", "json",
                         "--record", record, leaker.pid_word()});
    CAPTURE(watched.err);
    REQUIRE(watched.status == 1);
    const std::vector<json> events = events_of(watched.out);
    const json growing = first_of_kind(events, "growing");
    const json leak = first_of_kind(events, "leak");
    REQUIRE(growing.is_object());
    REQUIRE(leak.is_object());
    CHECK(leak["verdict"]["series"] == "memory");
    CHECK(leak["verdict"]["slope_per_s"] > 0);

    const json dump = first(events, [](const json& event) {
        return event["event"] == "dump" && event["dump"]["reason"] == "leak";
    });
    REQUIRE(dump.is_object());
    const json& top = dump["dump"]["groups"][0];
    CHECK(top.dump().find("shop::QuoteQueue::push") != std::string::npos);
    CHECK(top["change"] > 0);
    // All threads but main's, the pool's four and the few that are at work.
    CHECK(top["count"] <= dump["dump"]["threads"].get<int>() - 5);
    CHECK(top["count"] >= dump["dump"]["threads"].get<int>() - 10);
    const json& memory = dump["dump"]["memory"];
    CHECK(memory["since"].is_string());
    const auto stacks = std::find_if(memory["parts"].begin(), memory["parts"].end(),
                                     [](const json& part) { return part["kind"] == "stacks"; });
    REQUIRE(stacks != memory["parts"].end());
    CHECK((*stacks)["change_mappings"] > 10);

    const test::Outcome analyzed =
        test::rampwatch({"analyze", "--patience", "20s", "--format", "json", record});
    ::unlink(record.c_str());
    CHECK(analyzed.status == 1);
    json verdict = json::parse(analyzed.out);
    CHECK(verdict["suspected_at_s"] == growing["mono_s"]);
    CHECK(verdict["detected_at_s"] == leak["mono_s"]);
    // What belongs to the file, and not to what was judged.
    for (const char* name : {"schema", "source", "format", "host", "labels", "ignored_columns", "half_lines",
                             "lines_not_understood", "unknown_values"})
        verdict.erase(name);
    CHECK(verdict == first_of_kind(events, "ended")["verdict"]);
}

TEST_CASE("a steady service is watched without a word of growth", "[watch]") {
    const test::Target steady({test::program("steady")});
    const test::Outcome watched = test::rampwatch(
        {"watch", "--patience", "10s", "--for", "30s", "--format", "json", steady.pid_word()});
    CAPTURE(watched.out.substr(0, 2000));
    CHECK(watched.status == 0);
    const std::vector<json> events = events_of(watched.out);
    CHECK(first_of_kind(events, "growing").is_null());
    CHECK(first_of_kind(events, "ended")["verdict"]["verdict"] == "healthy");
}

TEST_CASE("a master and its workers are watched each by itself and in sum", "[tree]") {
    // A stranger beside the tree is not in it.
    const std::string steady = test::program("steady") + " --threads 1";
    const test::Target stranger({test::program("steady")});
    const test::Target master({"sh", "-c", steady + " & " + steady + " & wait"});
    const test::Outcome watched =
        test::rampwatch({"watch", "--tree", master.pid_word(), "--interval", "50ms", "--patience", "10s",
                         "--samples", "30", "--format", "json", "--no-dumps"});
    CAPTURE(watched.err);
    CHECK(watched.status == 0);
    const std::vector<json> events = events_of(watched.out);
    const json main =
        first(events, [](const json& event) { return event["event"] == "started" && event["target"] == 0; });
    REQUIRE(main.is_object());
    CHECK(main["pid"] == master.pid());
    const json sum =
        first(events, [](const json& event) { return event["event"] == "started" && event["target"] == 1; });
    REQUIRE(sum.is_object());
    CHECK(sum["pid"].is_null());
    std::map<int, json> last;
    for (const json& event : events)
        if (event["event"] == "sample") last[event["target"].get<int>()] = event["sample"];
    REQUIRE(last.size() == 4);  // the master, the sum, two workers
    CHECK(last[1]["threads"] == 5);
    CHECK(last[1]["rss_anon_bytes"] >= 2 * (32 << 20));
    CHECK(last[2]["rss_anon_bytes"] >= 32 << 20);
    static_cast<void>(stranger);

    const test::Outcome alone =
        test::rampwatch({"watch", "--tree", master.pid_word(), "--processes", "main", "--interval", "50ms",
                         "--patience", "10s", "--samples", "5", "--format", "json", "--no-dumps"});
    for (const json& event : events_of(alone.out)) CHECK(event["target"] == 0);
    const test::Outcome none = test::rampwatch({"watch", "--tree", "999999999"});
    CHECK(none.status == 2);
}
