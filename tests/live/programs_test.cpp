// SPDX-License-Identifier: MIT
// The test programs do what their first lines say: else what is tested with them says nothing.
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "core/base/text.h"
#include "tests/catch.h"
#include "tests/support/target.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

// A number of /proc/PID/status: "Threads:  12", "RssAnon:  1234 kB"; -1 when it is not there.
std::int64_t status_number(pid_t pid, const std::string& key) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with(key + ":")) continue;
        const std::string_view value = trim(std::string_view(line).substr(key.size() + 1));
        return parse_count(value.substr(0, value.find(' '))).value_or(-1);
    }
    return -1;
}

// True as soon as `condition` holds; patient, since the host may be busy.
template <class Condition>
bool within(std::chrono::seconds patience, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

}  // namespace

TEST_CASE("thread_leaker strands a worker with each order that times out", "[programs]") {
    const test::Target target({test::program("thread_leaker"), "--rate", "100", "--pool", "3"});
    CHECK(within(30s, [&] { return status_number(target.pid(), "Threads") > 100; }));
    CHECK(status_number(target.pid(), "RssAnon") > 20'000);
}

TEST_CASE("thread_leaker stops at the most that it may strand", "[programs]") {
    const test::Target target(
        {test::program("thread_leaker"), "--rate", "200", "--pool", "3", "--most", "20"});
    CHECK(within(30s, [&] { return status_number(target.pid(), "Threads") >= 24; }));
    std::this_thread::sleep_for(300ms);
    CHECK(status_number(target.pid(), "Threads") <= 24 + 2);  // two quick suppliers at work
}

TEST_CASE("the fixed thread_leaker strands nobody", "[programs]") {
    const test::Target target({test::program("thread_leaker"), "--rate", "50", "--pool", "3", "--fixed"});
    std::this_thread::sleep_for(1s);
    CHECK(status_number(target.pid(), "Threads") < 30);
}

TEST_CASE("a sawtooth gives its tooth back to the kernel", "[programs]") {
    const test::Target target({test::program("sawtooth"), "--period", "0.4", "--height", "67108864"});
    CHECK(within(30s, [&] { return status_number(target.pid(), "RssAnon") > 60'000; }));
    CHECK(within(30s, [&] { return status_number(target.pid(), "RssAnon") < 30'000; }));
}

TEST_CASE("many_threads has as many as were asked for, in three functions", "[programs]") {
    const test::Target target({test::program("many_threads"), "--threads", "300"});
    CHECK(status_number(target.pid(), "Threads") == 301);
}

TEST_CASE("a zombie has no memory and is not reaped", "[programs]") {
    const test::Target target({test::program("endings"), "--zombie"});
    const auto child = parse_count(target.told());
    REQUIRE(child);
    std::string state;
    CHECK(within(10s, [&] {
        std::ifstream status("/proc/" + std::to_string(*child) + "/status");
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("State:")) state = line;
        }
        return state.find("Z (zombie)") != std::string::npos;
    }));
}

TEST_CASE("the founding service strands its workers, and its fixed twin does not", "[programs]") {
    if (!test::have({test::program("founding_go")})) return;
    const test::Target leaking({test::program("founding_go"), "-rate", "20"});
    const test::Target fixed({test::program("founding_go"), "-rate", "20", "-fixed"});
    CHECK(within(30s, [&] { return status_number(leaking.pid(), "RssAnon") > 60'000; }));
    CHECK(status_number(fixed.pid(), "RssAnon") < 50'000);
}
