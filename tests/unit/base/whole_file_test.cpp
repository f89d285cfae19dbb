// SPDX-License-Identifier: MIT
#include "core/base/whole_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
namespace fs = std::filesystem;

namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

TEST_CASE("a file is replaced whole, or left as it was", "[base]") {
    const test::TempTree tree;
    const fs::path directory = tree.path();
    const std::string path = directory / "out";
    REQUIRE(write_whole(path, "one", 0600));
    REQUIRE(write_whole(path, "two", 0600));
    CHECK(text_of(path) == "two");
    CHECK(std::distance(fs::directory_iterator(directory), fs::directory_iterator()) == 1);

    const auto refused = write_whole(directory / "missing" / "out", "x", 0600);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where.find("missing/out") != std::string::npos);
    CHECK(write_whole("/dev/null", "x", 0600));
    CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("a file that comes piece by piece is there once it is whole, and not before", "[base]") {
    const test::TempTree tree;
    const fs::path directory = tree.path();
    const std::string path = directory / "out";
    REQUIRE(write_whole(path, "old", 0600));
    {
        auto file = WholeFile::create(path, 0600);
        REQUIRE(file);
        CHECK(file->write("one "));
        CHECK(text_of(path) == "old");
    }
    CHECK(text_of(path) == "old");
    CHECK(std::distance(fs::directory_iterator(directory), fs::directory_iterator()) == 1);

    auto file = WholeFile::create(path, 0600);
    REQUIRE(file);
    WholeFile moved = std::move(*file);
    CHECK(moved.write("one "));
    CHECK(moved.write("two"));
    CHECK(moved.commit());
    CHECK(text_of(path) == "one two");
    CHECK_FALSE(WholeFile::create(directory / "missing" / "out", 0600));
}
