// SPDX-License-Identifier: MIT
#include "tests/support/javas.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>

#include "core/base/text.h"
#include "core/hotspot/layout.h"
#include "tests/support/target.h"

namespace rampwatch::test {
namespace {

// What it says of itself: openjdk version "17.0.15" 2025-04-15.
std::optional<int> version_of(const std::string& java) {
    const Outcome told = run_program({java, "-version"});
    const std::size_t quote = told.err.find('"');
    if (told.status != 0 || quote == std::string::npos) return std::nullopt;
    const std::string rest = told.err.substr(quote + 1, 8);
    const auto version = parse_count(rest.substr(0, rest.find_first_of(".\"")));
    if (!version) return std::nullopt;
    return static_cast<int>(*version);
}

}  // namespace

std::vector<Jdk> jdks() {
    std::map<int, Jdk> found;
    std::error_code none;
    for (const auto& home : std::filesystem::directory_iterator("/usr/lib/jvm", none)) {
        const Jdk jdk{0, (home.path() / "bin/java").string(), (home.path() / "bin/jstack").string()};
        if (!std::filesystem::exists(jdk.jstack, none) || !std::filesystem::exists(jdk.java, none)) continue;
        const auto version = version_of(jdk.java);
        if (!version || std::find(std::begin(hotspot::kVersions), std::end(hotspot::kVersions), *version) ==
                            std::end(hotspot::kVersions))
            continue;
        found.emplace(*version, Jdk{*version, jdk.java, jdk.jstack});
    }
    std::vector<Jdk> all;
    for (const auto& [version, jdk] : found) all.push_back(jdk);
    return all;
}

}  // namespace rampwatch::test
