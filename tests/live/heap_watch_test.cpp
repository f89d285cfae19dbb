// SPDX-License-Identifier: MIT
// What grew, in the alarm: real services whose threads say nothing, watched until it is told.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

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

// The heap in the dump that was taken for `reason`; null where there is none.
json heap_of(const std::vector<json>& events, const std::string& reason) {
    for (const json& event : events)
        if (event["event"] == "dump" && event["dump"]["reason"] == reason) return event["dump"]["heap"];
    return nullptr;
}

double value(const json& figure) { return figure.at("value").get<double>(); }

double share_of_top(const json& heap) {
    double all = 0;
    for (const json& type : heap["types"]) all += value(type["bytes"]);
    return all > 0 ? value(heap["types"][0]["bytes"]) / all : 0;
}

// Seconds before a leak begins: a baseline is then older than it on a busy host too.
constexpr const char* kInOrder = "8";

std::vector<std::string> watch_words(const test::Target& target) {
    return {"watch",          "--patience", "20s", "--interval",     "100ms",
            "--exit-on-leak", "--for",      "3m",  target.pid_word()};
}

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end() - 1, more.begin(), more.end());
    return words;
}

}  // namespace

TEST_CASE("a service with constant threads: the alarm names the class that grew, with its share",
          "[heap_watch]") {
    const std::string program = GENERATE("class_leaker", "class_leaker_stripped");
    CAPTURE(program);
    const test::Target leaker({test::program(program), "--after", kInOrder});
    const test::Outcome watched = test::rampwatch(with(watch_words(leaker), {"--format", "json"}));
    CAPTURE(watched.err, watched.out.substr(0, 1000));
    REQUIRE(watched.status == 1);
    const auto events = events_of(watched.out);
    for (const char* reason : {"growing", "leak"}) {
        const json heap = heap_of(events, reason);
        CAPTURE(heap.dump());
        REQUIRE(heap.is_object());
        CHECK(heap["since"].is_string());
        REQUIRE_FALSE(heap["types"].empty());
        const json& top = heap["types"][0];
        CHECK(top["name"] == "shop::Session");
        CHECK(value(top["bytes"]) / value(top["count"]) == Approx(2260).epsilon(0.05));
        CHECK(share_of_top(heap) > 0.9);
        for (const json& type : heap["types"]) CHECK(type["name"] != "cache::Entry");
    }
}

TEST_CASE("the text of the alarm has what grew, in lines of 80 columns, and nothing of the content",
          "[heap_watch]") {
    const test::Target leaker({test::program("class_leaker_stripped"), "--after", kInOrder});
    const test::Outcome watched = test::rampwatch(watch_words(leaker));
    CAPTURE(watched.out, watched.err);
    REQUIRE(watched.status == 1);
    CHECK(watched.out.find("what grew since") != std::string::npos);
    CHECK(watched.out.find(" x shop::Session, ") != std::string::npos);
    CHECK(watched.out.find("held by the program, not kept free by malloc") != std::string::npos);
    CHECK(watched.out.find("token-") == std::string::npos);
    std::istringstream lines(watched.out.substr(watched.out.find("what grew since")));
    std::string line;
    std::getline(lines, line);
    do CHECK(line.size() <= 80);
    while (std::getline(lines, line) && line.starts_with(' '));
}

TEST_CASE("memory that was freed and is kept by malloc is told to be fragmentation", "[heap_watch]") {
    const test::Target target({test::program("class_leaker"), "--fragment", "--after", kInOrder});
    const test::Outcome watched = test::rampwatch(watch_words(target));
    CAPTURE(watched.out, watched.err);
    REQUIRE(watched.status == 1);
    CHECK(watched.out.find("fragmentation") != std::string::npos);
    CHECK(watched.out.find("held by the program") == std::string::npos);
}

TEST_CASE("with --heap off nothing is read of the heap", "[heap_watch]") {
    const test::Target leaker({test::program("class_leaker")});
    const test::Outcome watched =
        test::rampwatch(with(watch_words(leaker), {"--heap", "off", "--format", "json"}));
    REQUIRE(watched.status == 1);
    CHECK(heap_of(events_of(watched.out), "leak").is_null());
}

TEST_CASE("baselines outlive the watcher, beside its state, for its owner alone", "[heap_watch]") {
    const std::string state = "/tmp/rampwatch-heap-state." + std::to_string(::getpid());
    const std::string kept = state + ".heap";
    for (const std::string& file : {state, kept}) ::unlink(file.c_str());
    const test::Target leaker({test::program("class_leaker"), "--rate", "300"});
    const std::vector<std::string> words = {"watch", "--patience",     "40s", "--interval",
                                            "100ms", "--state",        state, "--for",
                                            "8s",    leaker.pid_word()};
    CHECK(test::rampwatch(words).status == 0);
    struct stat facts {};
    REQUIRE(::stat(kept.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    const test::Outcome watched =
        test::rampwatch({"watch", "--patience", "40s", "--interval", "100ms", "--state", state,
                         "--exit-on-leak", "--for", "4m", "--format", "json", leaker.pid_word()});
    CAPTURE(watched.err);
    REQUIRE(watched.status == 1);
    const json heap = heap_of(events_of(watched.out), "leak");
    for (const std::string& file : {state, kept}) ::unlink(file.c_str());
    CAPTURE(heap.dump());
    REQUIRE(heap.is_object());
    CHECK(heap["types"][0]["name"] == "shop::Session");
    CHECK(heap["since"].get<std::string>() < events_of(watched.out).front()["time"].get<std::string>());
}

TEST_CASE("a service that executes itself anew is compared with itself alone", "[heap_watch]") {
    const test::Target leaker({test::program("class_leaker"), "--anew", "6"});
    const test::Outcome watched = test::rampwatch(with(watch_words(leaker), {"--format", "json"}));
    CAPTURE(watched.err);
    REQUIRE(watched.status == 1);
    const json heap = heap_of(events_of(watched.out), "leak");
    CAPTURE(heap.dump());
    REQUIRE(heap.is_object());
    CHECK(heap["missing"].is_null());
    CHECK(heap["types"][0]["name"] == "shop::Session");
    for (const json& type : heap["types"]) CHECK(type["name"] != "cache::Entry");
}

TEST_CASE("a Python service: the alarm has the class that grew", "[heap_watch]") {
    if (!test::have({"python3"})) return;
    const test::Target leaker({"python3", test::tests_file("programs/python/class_leaker.py")});
    const test::Outcome watched = test::rampwatch(with(watch_words(leaker), {"--format", "json"}));
    CAPTURE(watched.err);
    REQUIRE(watched.status == 1);
    const json heap = heap_of(events_of(watched.out), "leak");
    CAPTURE(heap.dump());
    REQUIRE(heap.is_object());
    CHECK(heap["reader"] == "Python");
    CHECK(heap["unread"].is_null());
    double sessions = 0, lists = 0;
    for (const json& type : heap["types"]) {
        if (type["name"] == "Session") sessions = value(type["count"]);
        if (type["name"] == "list") lists = value(type["count"]);
        CHECK(type["name"] != "Entry");
    }
    CHECK(sessions > 15'000);
    CHECK(lists == Approx(sessions).epsilon(0.1));
}

TEST_CASE("a Go service that keeps no profile: what grew is told by size, and why no more", "[heap_watch]") {
    if (!test::have({"go"})) return;
    const test::Target leaker({test::program("founding_go")});
    const test::Outcome watched = test::rampwatch(with(watch_words(leaker), {"--format", "json"}));
    REQUIRE(watched.status == 1);
    const json heap = heap_of(events_of(watched.out), "leak");
    CAPTURE(heap.dump());
    REQUIRE(heap.is_object());
    CHECK(heap["reader"] == "Go, by size of object");
    CHECK(heap["notes"].dump().find("keeps no profile of its heap") != std::string::npos);
    CHECK_FALSE(heap["types"].empty());
}

TEST_CASE("a program that ends while its heap is read costs an error, and no more", "[heap_watch]") {
    for (int after_ms = 0; after_ms < 120; after_ms += 10) {
        test::Target leaker({test::program("class_leaker"), "--cache", "200000"});
        std::thread ender([&leaker, after_ms] {
            std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));
            ::kill(leaker.pid(), SIGKILL);
        });
        const test::Outcome outcome = test::rampwatch({"heap", leaker.pid_word()});
        ender.join();
        CAPTURE(after_ms, outcome.out, outcome.err);
        CHECK((outcome.status == 0 || outcome.status == 2));
        CHECK(outcome.err.find("without an answer") == std::string::npos);
        CHECK((outcome.status == 2) == outcome.out.empty());
    }
}
