// SPDX-License-Identifier: MIT
#include "tests/support/nodes.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

#include "core/base/text.h"
#include "tests/catch.h"
#include "tests/support/target.h"

namespace rampwatch::test {
namespace {

// What it says of itself: v22.23.5.
std::optional<int> version_of(const std::string& node) {
    const Outcome told = run_program({node, "--version"});
    if (told.status != 0 || !told.out.starts_with('v')) return std::nullopt;
    const auto version = parse_count(told.out.substr(1, told.out.find('.') - 1));
    return version ? std::optional(static_cast<int>(*version)) : std::nullopt;
}

}  // namespace

std::vector<Node> nodes() {
    std::map<int, std::string> found;
    std::vector<std::string> paths = {"/usr/bin/node"};
    std::error_code none;
    for (const auto& folder : std::filesystem::directory_iterator(RAMPWATCH_NODES, none))
        paths.push_back((folder.path() / "bin/node").string());
    for (const std::string& path : paths) {
        if (!std::filesystem::exists(path, none)) continue;
        if (const auto version = version_of(path))
            found.emplace(*version, std::filesystem::canonical(path, none).string());
    }
    std::vector<Node> all;
    for (const auto& [version, path] : found) all.push_back({version, path});
    REQUIRE_FALSE(all.empty());
    if (std::getenv("RAMPWATCH_NOTHING_MISSING") != nullptr) {
        for (const int wanted : {22, 24, 26}) CHECK(found.count(wanted) == 1);
    }
    return all;
}

}  // namespace rampwatch::test
