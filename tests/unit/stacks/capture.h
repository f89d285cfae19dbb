// SPDX-License-Identifier: MIT
// Reads what tests/captures/stacks/record.sh has recorded.
#pragma once

#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/stacks/grouper.h"
#include "core/stacks/module_map.h"
#include "core/stacks/stack_text.h"
#include "tests/temp_tree.h"

namespace rampwatch::test {

inline std::string read_capture(const std::string& name) { return capture("stacks/" + name); }

inline stacks::ModuleMap capture_modules(const std::string& name) {
    const std::string text = read_capture(name);
    std::vector<stacks::Module> modules;
    for (const std::string_view line : split(text, '\n')) {
        const auto dash = line.find('-');
        const auto space = line.find(' ');
        const auto path = line.find_first_of("/[");
        if (dash == std::string_view::npos || path == std::string_view::npos) continue;
        const auto hex = [](std::string_view digits) {
            return stacks::parse_address("0x" + std::string(digits)).value_or(0);
        };
        const std::uint64_t start = hex(line.substr(0, dash));
        modules.push_back({start, hex(line.substr(dash + 1, space - dash - 1)),
                           start & ~std::uint64_t{0xffff}, std::string(line.substr(path))});
    }
    return stacks::ModuleMap(std::move(modules));
}

// `chunk`: bytes that the parser is fed at a time.
template <class Parser>
std::vector<Stack> parse(const std::string& text, const stacks::ModuleMap& modules,
                         stacks::Skipped* skipped = nullptr, std::size_t chunk = 4096) {
    std::vector<Stack> stacks;
    Parser parser(modules, [&](Stack&& stack) { stacks.push_back(std::move(stack)); });
    for (std::size_t at = 0; at < text.size(); at += chunk)
        parser.feed(std::string_view(text).substr(at, chunk));
    parser.finish();
    if (skipped != nullptr) *skipped = parser.skipped();
    return stacks;
}

inline std::vector<Group> grouped(const std::vector<Stack>& all) {
    stacks::Grouper grouper;
    for (const Stack& stack : all) grouper.add(stack);
    return grouper.finish();
}

}  // namespace rampwatch::test
