// SPDX-License-Identifier: MIT
#include "tests/support/pythons.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "core/base/text.h"
#include "tests/catch.h"
#include "tests/support/target.h"

namespace rampwatch::test {
namespace {

constexpr int kOldest = 6, kNewest = 13;

// Its minor version and the path of what really runs, which a wrapper is not.
std::optional<std::pair<int, std::string>> ask(const std::string& python) {
    const Outcome told = run_program(
        {python, "-c", "import os, sys; print(sys.version_info[1], os.path.realpath(sys.executable))"});
    const std::size_t blank = told.out.find(' ');
    if (told.status != 0 || blank == std::string::npos || told.out.back() != '\n') return std::nullopt;
    const auto minor = parse_count(told.out.substr(0, blank));
    if (!minor || *minor < kOldest || *minor > kNewest) return std::nullopt;
    return std::pair(static_cast<int>(*minor), told.out.substr(blank + 1, told.out.size() - blank - 2));
}

std::vector<std::string> candidates() {
    std::vector<std::string> paths = {"/usr/bin/python3"};
    const char* home = std::getenv("HOME");
    std::error_code none;
    const char* path = std::getenv("PATH");
    std::istringstream directories(path == nullptr ? "" : path);
    for (std::string directory; std::getline(directories, directory, ':');) {
        for (int minor = kOldest; minor <= kNewest; ++minor) {
            const std::string python = directory + "/python3." + std::to_string(minor);
            if (std::filesystem::is_regular_file(python, none)) paths.push_back(python);
        }
    }
    const std::filesystem::path versions =
        std::filesystem::path(home == nullptr ? "" : home) / ".pyenv/versions";
    for (const auto& version : std::filesystem::directory_iterator(versions, none)) {
        if (std::filesystem::exists(version.path() / "bin/python3"))
            paths.push_back((version.path() / "bin/python3").string());
    }
    return paths;
}

}  // namespace

std::vector<std::string> pythons() {
    std::map<int, std::string> found;
    for (const std::string& path : candidates()) {
        if (const auto python = ask(path)) found.emplace(python->first, python->second);
    }
    REQUIRE_FALSE(found.empty());
    std::vector<std::string> paths;
    for (const auto& [minor, path] : found) paths.push_back(path);
    return paths;
}

}  // namespace rampwatch::test
