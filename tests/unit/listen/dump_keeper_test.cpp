// SPDX-License-Identifier: MIT
#include "core/listen/dump_keeper.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

const watch::Session kSession{{}};

Event dump_event(std::chrono::nanoseconds wall, DumpReason reason = DumpReason::leak) {
    Dump dump{.wall = wall, .life = {.boot_id = "b", .pid = 4711}, .backend = "eu-stack", .threads = 1};
    dump.reason = reason;
    return {.kind = Event::Kind::dump, .dump = std::make_shared<const Dump>(std::move(dump))};
}

std::set<std::string> names_in(const std::string& directory) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        names.insert(entry.path().filename().string());
    return names;
}

}  // namespace

TEST_CASE("the ten newest dumps are kept, and nothing else is touched", "[listen]") {
    test::TempTree tree;
    tree.file("rampwatch-notes.json", "mine").file("rampwatch-1-20200101T000000Z-leak.json.txt", "mine too");
    auto keeper = listen::DumpKeeper::open(tree.path(), [](const std::string& line) { FAIL(line); });
    REQUIRE(keeper);
    for (int i = 0; i < 13; ++i)
        keeper->on_event(dump_event(std::chrono::hours(24 * 365) + i * 1h), kSession);

    const auto names = names_in(tree.path());
    CHECK(names.size() == 12);
    CHECK(names.count("rampwatch-notes.json") == 1);
    CHECK(names.count("rampwatch-1-20200101T000000Z-leak.json.txt") == 1);
    CHECK(names.count("rampwatch-4711-19710101T020000Z-leak.json") == 0);
    CHECK(names.count("rampwatch-4711-19710101T030000Z-leak.json") == 1);
    CHECK(names.count("rampwatch-4711-19710101T120000Z-leak.json") == 1);
}

TEST_CASE("a kept dump is for its owner's eyes", "[listen]") {
    test::TempTree tree;
    const std::string directory = tree.path("dumps");
    auto keeper = listen::DumpKeeper::open(directory, [](const std::string& line) { FAIL(line); });
    REQUIRE(keeper);
    keeper->on_event(dump_event(0s, DumpReason::baseline), kSession);
    struct stat status {};
    REQUIRE(::stat((directory + "/rampwatch-4711-19700101T000000Z-baseline.json").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
    REQUIRE(::stat(directory.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0700);
}

TEST_CASE("a directory that is none, or can't be made, is refused by name", "[listen]") {
    test::TempTree tree;
    tree.file("plain", "x");
    const auto say = [](const std::string&) {};
    const auto none = listen::DumpKeeper::open(tree.path("plain"), say);
    REQUIRE_FALSE(none);
    CHECK(to_string(none.error()).find("no directory") != std::string::npos);
    CHECK(to_string(none.error()).find(tree.path("plain")) != std::string::npos);
    const auto orphan = listen::DumpKeeper::open(tree.path("no/such"), say);
    REQUIRE_FALSE(orphan);
    CHECK(to_string(orphan.error()).find("No such file") != std::string::npos);
}

TEST_CASE("a dump that can't be written is said, and the watch goes on", "[listen]") {
    test::TempTree tree;
    std::vector<std::string> said;
    const std::string directory = tree.path("dumps");
    auto keeper = listen::DumpKeeper::open(directory, [&](const std::string& line) { said.push_back(line); });
    REQUIRE(keeper);
    std::filesystem::remove(directory);
    keeper->on_event(dump_event(0s), kSession);
    REQUIRE(said.size() == 1);
    CHECK(said.front().find(directory) != std::string::npos);
}
