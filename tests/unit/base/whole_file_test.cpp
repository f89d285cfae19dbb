// SPDX-License-Identifier: MIT
#include "core/base/whole_file.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/catch.h"

using namespace rampwatch;
namespace fs = std::filesystem;

TEST_CASE("a file is replaced whole, or left as it was", "[base]") {
    std::string name = (fs::temp_directory_path() / "rampwatch-test.XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    const fs::path directory = name;
    const std::string path = directory / "out";
    const auto text = [&] {
        std::ifstream file(path);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    REQUIRE(write_whole(path, "one", 0600));
    REQUIRE(write_whole(path, "two", 0600));
    CHECK(text() == "two");
    CHECK(std::distance(fs::directory_iterator(directory), fs::directory_iterator()) == 1);

    const auto refused = write_whole(directory / "missing" / "out", "x", 0600);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where.find("missing/out") != std::string::npos);
    CHECK(write_whole("/dev/null", "x", 0600));
    CHECK(fs::is_character_file("/dev/null"));
    fs::remove_all(directory);
}
