// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace rampwatch::cli {
namespace {

int complain(const Error& error) {
    fmt::print(stderr, "rampwatch: {}\n", to_string(error));
    return static_cast<int>(Exit::trouble);
}

bool has_command(const CLI::App& app, const std::string& name) {
    const auto commands = app.get_subcommands([&](const CLI::App* command) { return command->check_name(name); });
    return !commands.empty();
}

bool is_number(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "--" and what follows belong to the command to be started; CLI11 2.1.2 would take its first word for the target.
std::vector<std::string> cut_command(int argc, char** argv, Invocation& invocation) {
    std::vector<std::string> words(argv + 1, argv + argc);
    const auto dashes = std::find(words.begin(), words.end(), "--");
    if (dashes == words.end()) return words;
    invocation.has_command = true;
    invocation.command.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
    return words;
}

Error unknown_word(const std::string& word, const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string_view near = nearest_word(word, views);
    std::string hint = near.empty() ? "rampwatch --help lists them" : fmt::format("did you mean \"{}\"?", near);
    return {Error::Kind::bad_input, fmt::format("neither a command nor a PID: {}", escape(word, 64)), {}, std::move(hint)};
}

int run(int argc, char** argv) {
    Invocation invocation;
    std::vector<std::string> words = cut_command(argc, argv, invocation);

    CLI::App app("Watches the memory of a process and tells a leak from healthy growth", "rampwatch");
    app.set_version_flag("-V,--version", [] { return fmt::format("rampwatch {}", RAMPWATCH_VERSION); });
    app.require_subcommand(0, 1);

    if (words.empty() && !invocation.has_command) {
        fmt::print("{}", app.help());
        return static_cast<int>(Exit::trouble);
    }
    // A bare PID is the look; any other first word must be a command.
    if (!words.empty() && is_number(words.front())) words.insert(words.begin(), "look");
    if (!words.empty() && !words.front().starts_with('-') && !has_command(app, words.front())) {
        return complain(unknown_word(words.front(), app));
    }
    try {
        std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
        app.parse(words);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        return complain({Error::Kind::bad_input, error.what(), {}, "see --help"});
    }
    return invocation.run ? invocation.run() : static_cast<int>(Exit::trouble);
}

}  // namespace
}  // namespace rampwatch::cli

int main(int argc, char** argv) { return rampwatch::cli::run(argc, argv); }
