// SPDX-License-Identifier: MIT
#include "core/store/dump_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
namespace fs = std::filesystem;

namespace {

class Directory {
  public:
    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] std::set<std::string> names() const {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(path_)) names.insert(entry.path().filename());
        return names;
    }

  private:
    test::TempTree tree_{};
    fs::path path_ = tree_.path();
};

Dump dump_at(int second, DumpReason reason) {
    Dump dump;
    dump.wall = std::chrono::seconds(1'795'000'000 + second);
    dump.life.pid = 4711;
    dump.reason = reason;
    return dump;
}

}  // namespace

TEST_CASE("a dump's file is private, whole, and named by time, PID and reason", "[store]") {
    const Directory directory;
    const auto dir = store::DumpDir::open(directory.path() / "dumps");
    REQUIRE(dir);
    const auto file = dir->save(dump_at(0, DumpReason::growing), "{}\n");
    REQUIRE(file);
    CHECK(fs::path(*file).filename() == "rampwatch-20261118T110640Z-4711-growing.json");
    struct stat found {};
    REQUIRE(::stat(file->c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    std::ifstream text(*file);
    std::string line;
    std::getline(text, line);
    CHECK(line == "{}");
}

TEST_CASE("at most ten dumps stay, the newest ones and the newest baseline; other files are not touched",
          "[store]") {
    const Directory directory;
    std::ofstream(directory.path() / "rampwatch-notes.txt") << "mine";
    std::ofstream(directory.path() / "rampwatch-20200101T000000Z-1-other.json") << "not ours: no such reason";
    const auto dir = store::DumpDir::open(directory.path());
    REQUIRE(dir);
    REQUIRE(dir->save(dump_at(0, DumpReason::baseline), "b"));
    for (int i = 1; i <= 15; ++i) REQUIRE(dir->save(dump_at(i, DumpReason::growing), "g"));
    const auto names = directory.names();
    CHECK(names.size() == store::DumpDir::kMostFiles + 2);
    CHECK(names.contains("rampwatch-20261118T110640Z-4711-baseline.json"));
    CHECK(names.contains("rampwatch-20261118T110655Z-4711-growing.json"));
    CHECK_FALSE(names.contains("rampwatch-20261118T110646Z-4711-growing.json"));
    CHECK(names.contains("rampwatch-notes.txt"));
    CHECK(names.contains("rampwatch-20200101T000000Z-1-other.json"));
}

TEST_CASE("a directory that cannot be is refused with its path", "[store]") {
    const Directory directory;
    const std::string file = directory.path() / "file";
    std::ofstream(file) << "x";
    const auto no_directory = store::DumpDir::open(file);
    REQUIRE_FALSE(no_directory);
    CHECK(no_directory.error().where == file);
    CHECK_FALSE(store::DumpDir::open(directory.path() / "missing" / "dumps"));
}
