// SPDX-License-Identifier: MIT
#include "core/base/entries.h"

#include <fcntl.h>

#include <fstream>
#include <set>
#include <string>

#include "core/base/fd.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;

TEST_CASE("each name of a directory of hundreds is told once, and again on the next call", "[base]") {
    const test::TempTree folder;
    std::set<std::string> made;
    for (int i = 0; i < 700; ++i) {
        made.insert("a file with a longer name " + std::to_string(i));
        std::ofstream(folder.path("a file with a longer name " + std::to_string(i))) << i;
    }
    const Fd directory(::open(folder.path(".").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int round = 0; round < 2; ++round) {
        std::multiset<std::string> told;
        CHECK(each_entry(directory.get(), [&](const char* name) { return told.insert(name), true; }));
        CHECK(told == std::multiset<std::string>(made.begin(), made.end()));
    }
}

TEST_CASE("a listing ends when it is told enough, and what is no directory has none", "[base]") {
    const test::TempTree folder;
    for (const char* name : {"a", "b", "c"}) std::ofstream(folder.path(name)) << name;
    const Fd directory(::open(folder.path(".").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    int told = 0;
    CHECK(each_entry(directory.get(), [&](const char*) { return ++told < 2; }));
    CHECK(told == 2);
    const Fd file(::open(folder.path("a").c_str(), O_RDONLY | O_CLOEXEC));
    CHECK_FALSE(each_entry(file.get(), [](const char*) { return true; }));
    CHECK_FALSE(each_entry(-1, [](const char*) { return true; }));
}
