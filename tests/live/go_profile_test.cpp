// SPDX-License-Identifier: MIT
// A Go program's own profile of its goroutines beside what is read from its memory.
#include "core/worker/go_profile.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/golang/describe.h"
#include "core/golang/goroutines.h"
#include "tests/catch.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

// Calls of all but the runtime, a line each -> how many stand there. What serves the asking is left out.
std::map<std::string, std::int64_t> counts(const std::vector<Group>& groups) {
    std::map<std::string, std::int64_t> counts;
    for (const Group& group : groups) {
        std::string text;
        for (const Frame& frame : group.frames) {
            if (frame.function && frame.function->starts_with("runtime.")) continue;
            text += frame.function.value_or("?") + " " + frame.file.value_or("?") + ":" +
                    std::to_string(frame.line.value_or(0)) + "\n";
        }
        if (text.empty() || group.runtime_own || text.find("net/http.(*conn)") != std::string::npos ||
            text.find("backgroundRead") != std::string::npos)
            continue;
        counts[text] += group.count;
    }
    return counts;
}

// Rows "flat flat% sum% cum cum% name" of go tool pprof, those of package main: name -> flat and cum.
std::map<std::string, std::string> rows_of(const std::string& file) {
    const auto outcome =
        test::run_program({"/usr/bin/env", "HOME=/", "GOTOOLCHAIN=local", "go", "tool", "pprof", "-top",
                           "-nodecount=100000", "-nodefraction=0", "-hide=^runtime\\.", file});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    std::map<std::string, std::string> rows;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string flat, flat_share, sum, cum, cum_share, name;
        words >> flat >> flat_share >> sum >> cum >> cum_share >> name;
        if (name.starts_with("main.") && name != "main.main" && name != "main.heartbeat")
            rows[name] = flat + " " + cum;
    }
    return rows;
}

// Its heartbeat and its listener with it.
constexpr const char* kSenders = "500";

// Lines that were broken for the width of a screen are one again.
std::string unwrapped(const std::string& text) {
    std::string joined;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\n' || i + 1 == text.size() || text[i + 1] != ' ') {
            joined += text[i];
            continue;
        }
        i = text.find_first_not_of(' ', i + 1) - 1;
        joined += ' ';
    }
    return joined;
}

}  // namespace

TEST_CASE("the program's own profile and its memory tell the same stacks", "[go_profile]") {
    const std::string program = test::program("served_go");
    if (!test::have({program})) return;
    const test::Target target({program, "-n", kSenders, "-deep", "3"});
    const auto place = worker::pprof_place("http://127.0.0.1:" + target.told());
    REQUIRE(place);
    const auto asked = worker::ask_profile(target.pid(), *place, 60s);
    if (!asked && asked.error().kind == Error::Kind::unavailable) {
        WARN("skipped: " << to_string(asked.error()));
        return;
    }
    REQUIRE(asked);
    CHECK(asked->warnings.empty());
    const auto runtime = golang::Runtime::attach(target.pid());
    REQUIRE(runtime);
    golang::Goroutines goroutines(*runtime);
    REQUIRE(goroutines.read(100s, 50s));
    const auto groups = describe(*runtime, goroutines.groups(), {100s, 100s});
    const auto theirs = counts(asked->groups), ours = counts(groups);
    CHECK(theirs.size() >= 3);
    for (const auto& [stack, count] : theirs) {
        INFO(stack);
        if (stack.find("heartbeat") != std::string::npos) continue;  // it moves
        const auto found = ours.find(stack);
        CHECK((found == ours.end() ? 0 : found->second) == count);
    }
    const Group& most = asked->groups.front();
    CHECK(std::to_string(most.count) == kSenders);
    CHECK(most.state == groups.front().state);  // one told from its functions, one by the runtime
    CHECK(most.labels == std::vector<std::string>{"tenant=shop"});
    if (runtime->layout().label_list) CHECK(groups.front().labels == most.labels);
}

TEST_CASE("dump and look take the goroutines from a profile, and say so", "[go_profile]") {
    const std::string program = test::program("served_go");
    if (!test::have({program})) return;
    const test::Target target({program, "-n", kSenders});
    const auto dump = test::rampwatch({"dump", "--pprof", "auto", target.pid_word()});
    INFO(dump.out << dump.err);
    REQUIRE(dump.status == 0);
    if (dump.out.find("without libcurl") != std::string::npos) return;
    CHECK(unwrapped(dump.out).find("as its own profile has them (http://127.0.0.1:" + target.told()) !=
          std::string::npos);
    CHECK(dump.out.find("500 goroutines") != std::string::npos);
    CHECK(dump.out.find("[chan send]") != std::string::npos);
    CHECK(dump.out.find("labels: tenant=shop") != std::string::npos);
    CHECK(dump.out.find("main.process") != std::string::npos);

    const auto elsewhere = test::rampwatch({"dump", "--pprof", "http://127.0.0.1:1", target.pid_word()});
    CHECK(elsewhere.status == 0);
    CHECK(unwrapped(elsewhere.out)
              .find("Not by --pprof: http://127.0.0.1:1/debug/pprof/: connection refused: "
                    "nothing listens there") != std::string::npos);
    CHECK(elsewhere.out.find("[chan send") != std::string::npos);  // by its memory

    const auto json = test::rampwatch(
        {"look", "--pprof", "http://127.0.0.1:" + target.told(), "--format", "json", target.pid_word()});
    CHECK(json.status == 0);
    const auto wrong = test::rampwatch({"dump", "--pprof", "6060", target.pid_word()});
    CHECK(wrong.status == 2);
    CHECK(wrong.err.find("--pprof: not a URL of http or https") != std::string::npos);
}

TEST_CASE("go tool pprof reads from our file what it reads from the program's own", "[go_profile]") {
    const std::string program = test::program("served_go");
    if (!test::have({program, "/usr/bin/go"})) return;
    const test::TempTree folder;
    const std::string ours = folder.path() + "/ours.pb.gz";
    const test::Target target({program, "-n", kSenders, "-deep", "3"});
    const auto dump = test::rampwatch({"dump", "--format", "pprof", "-o", ours, target.pid_word()});
    INFO(dump.err);
    REQUIRE(dump.status == 0);
    const auto by_memory = rows_of(ours);
    const auto by_itself = rows_of("http://127.0.0.1:" + target.told() + "/debug/pprof/goroutine");
    CHECK(by_itself.contains("main.process"));
    CHECK(by_memory == by_itself);
}
