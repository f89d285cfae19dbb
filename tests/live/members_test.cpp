// SPDX-License-Identifier: MIT
// A dump of all processes of a service: the same stacks are counted together, and each says whose it is.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/support/target.h"

using namespace rampwatch;
using nlohmann::json;

namespace {

constexpr const char* kWorkers = "3";

test::Target service() {
    return test::Target(
        {"/usr/bin/python3", test::tests_file("programs/python/prefork.py"), kWorkers, "4", "10"});
}

std::vector<int> pids_of(const test::Target& service) {
    std::istringstream words(service.told());
    std::vector<int> pids;
    for (int pid = 0; words >> pid;) pids.push_back(pid);
    return pids;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The one whose first own function it is.
json group_at(const json& groups, const std::string& function) {
    for (const json& group : groups) {
        if (group["frames"].empty()) continue;
        if (group["frames"][group["own_frame"].get<std::size_t>()]["function"] == function) return group;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("a service's stacks are grouped over its processes, and the one that ended is listed",
          "[members]") {
    const test::Target target = service();
    const auto pids = pids_of(target);
    REQUIRE(pids.size() == 4);
    const auto dump = test::rampwatch({"dump", "--tree", target.pid_word()});
    CAPTURE(dump.out, dump.err);
    CHECK(dump.status == 0);
    CHECK(has(dump.out, " of 5 processes of PID " + target.pid_word() + " (prefork.py)\n"));
    CHECK(has(dump.out, "\n12 threads, 75 %"));
    CHECK(has(dump.out, "\n    Shop.wait_for_order "));
    CHECK(has(dump.out, "; in PID "));
    CHECK(has(dump.out, " (4), "));
    CHECK(has(dump.out, "\n30 coroutines, "));
    CHECK(has(dump.out, "\n  PID " + std::to_string(pids.back())));
    CHECK(has(dump.out, ": not read: "));
    std::istringstream lines(dump.out);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
}

TEST_CASE("in JSON the members of a group and their ids stand for each process", "[members]") {
    const test::Target target = service();
    const auto pids = pids_of(target);
    REQUIRE(pids.size() == 4);
    const auto told = test::rampwatch({"dump", "--format", "json", "--tree", target.pid_word()});
    const json dump = json::parse(told.out);
    REQUIRE(dump["members"].size() == 5);
    CHECK(dump["members"][0]["pid"] == target.pid());
    CHECK(dump["target"]["pid"] == target.pid());
    for (const json& member : dump["members"]) {
        const bool ended = member["pid"] == pids.back();
        CHECK(member["missing"].is_null() != ended);
        if (!ended && member["pid"] != target.pid()) CHECK(member["threads"] == 5);
    }
    const json threads = group_at(dump["groups"], "Shop.wait_for_order");
    REQUIRE(threads.is_object());
    CHECK(threads["count"] == 12);
    CHECK(threads["tids"].empty());
    REQUIRE(threads["members"].size() == 3);
    for (const json& member : threads["members"]) {
        CHECK(std::find(pids.begin(), pids.end(), member["pid"].get<int>()) != pids.end());
        CHECK(member["count"] == 4);
        REQUIRE(member["ids"].size() == 4);
        for (const json& tid : member["ids"])
            CHECK(std::filesystem::exists("/proc/" + std::to_string(member["pid"].get<int>()) + "/task/" +
                                          std::to_string(tid.get<int>())));
    }
    const json tasks = group_at(dump["tasks"], "wait_for_price");
    REQUIRE(tasks.is_object());
    CHECK(tasks["count"] == 30);
    CHECK(tasks["members"].size() == 3);
    CHECK(tasks["members"][0]["ids"].size() == 10);
}

TEST_CASE("what is one process's alone is refused for a whole service", "[members]") {
    const test::Target target = service();
    for (const char* option : {"--memory", "--dry-run"}) {
        const auto dump = test::rampwatch({"dump", option, "--tree", target.pid_word()});
        CHECK(dump.status == 2);
        CHECK(has(dump.err, "one process only"));
    }
    CHECK(has(test::rampwatch({"dump", "--tree", target.pid_word(), target.pid_word()}).err,
              "more than one target named"));
}
