// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/config_file.h"
#include "cli/operator_commands.h"
#include "cli/version.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/dump/guard.h"
#include "core/dump/worker.h"

namespace rampwatch::cli {

int complain(const Error& error) {
    fmt::print(stderr, "rampwatch: {}\n", to_string(error));
    return static_cast<int>(Exit::trouble);
}

namespace {

constexpr const char* kExamples = R"(Examples:
  rampwatch 4711                        what is this process doing, in under a second
  rampwatch watch 4711                  watch it until Ctrl-C; says so when it leaks
  rampwatch watch --name myservice --record mem.csv
  rampwatch watch --patience 10m -- ./myservice --port 8080
  rampwatch analyze mem.csv             judge what was recorded
  rampwatch dump 4711                   its stacks, identical ones grouped
  rampwatch watch --history --name myservice    remember it for years
  rampwatch report                      what the histories say; --quiet for cron
  rampwatch scan                        which process of this host is worth watching?

Exit status: 0 no leak seen, 1 leak, 2 trouble.)";

using Words = std::vector<std::string>;

bool has_command(const CLI::App& app, const std::string& name) {
    const auto commands =
        app.get_subcommands([&](const CLI::App* command) { return command->check_name(name); });
    return !commands.empty();
}

bool is_number(std::string_view word) {
    return !word.empty() &&
           std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "--" and what follows belong to the command to be started; CLI11 2.1.2 would take its first word for the
// target.
Words cut_command(int argc, char** argv, Invocation& invocation) {
    Words words(argv + 1, argv + argc);
    const auto dashes = std::find(words.begin(), words.end(), "--");
    if (dashes == words.end()) return words;
    invocation.has_command = true;
    invocation.command.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
    return words;
}

std::string near_hint(const std::string& word, const Words& candidates, std::string otherwise) {
    const std::vector<std::string_view> views(candidates.begin(), candidates.end());
    const std::string_view near = nearest_word(word, views);
    return near.empty() ? std::move(otherwise) : fmt::format("did you mean \"{}\"?", near);
}

Error unknown_word(const std::string& word, const CLI::App& app) {
    Words names;
    for (const CLI::App* command : app.get_subcommands({})) {
        if (!command->get_group().empty()) names.push_back(command->get_name());  // hidden ones have no group
    }
    return {Error::Kind::bad_input,
            fmt::format("neither a command nor a PID: {}", escape(word, 64)),
            {},
            near_hint(word, names, "rampwatch --help lists the commands")};
}

const CLI::App& chosen(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : *parsed.front();
}

std::string help_of(const CLI::App& command) {
    return command.get_parent() == nullptr ? "see rampwatch --help"
                                           : fmt::format("see rampwatch {} --help", command.get_name());
}

// CLI11's own words for what it found wrong; for a word too many, ours.
Error refusal(const CLI::ParseError& error, const CLI::App& app) {
    const CLI::App& command = chosen(app);
    const Words extra = app.remaining(true);
    if (extra.empty()) return {Error::Kind::bad_input, escape(error.what(), 400), {}, help_of(command)};
    const std::string& word = extra.front();
    if (!word.starts_with("-")) {
        return {Error::Kind::bad_input, "one word too many: " + escape(word, 64), {}, help_of(command)};
    }
    Words names;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    const std::string name = word.substr(0, word.find('='));
    return {Error::Kind::bad_input,
            "unknown option: " + escape(name, 64),
            {},
            near_hint(name, names, help_of(command))};
}

// A bare PID is the look, and "help WORD" is "WORD --help"; any other first word must be a command.
Result<void> settle_first_word(Words& words, const CLI::App& app) {
    if (words.empty()) return {};
    if (words.front() == "help") {
        words.erase(words.begin());
        words.emplace_back("--help");
    }
    if (is_number(words.front())) words.insert(words.begin(), "look");
    if (!words.front().starts_with('-') && !has_command(app, words.front()))
        return unknown_word(words.front(), app);
    return {};
}

int run(int argc, char** argv) {
    Invocation invocation;
    Words words = cut_command(argc, argv, invocation);

    CLI::App app("Watches the memory of a process, tells a leak from healthy growth, and shows who holds it.",
                 "rampwatch");
    app.set_version_flag("-V,--version", version_text);
    app.require_subcommand(0, 1);
    app.footer(kExamples);
    add_look(app, invocation);
    const auto places = std::make_shared<ConfigPlaces>();
    add_watch(app, invocation, places);
    add_analyze(app, invocation);
    add_dump(app, invocation);
    add_diff(app, invocation);
    add_group(app, invocation);
    add_history(app, invocation);
    add_report(app, invocation);
    add_ack(app, invocation);
    add_status(app, invocation);
    add_sample(app, invocation);
    add_scan(app, invocation);
    add_check_config(app, invocation);
    add_serve(app, invocation);
    add_drill(app, invocation);

    if (words.empty() && invocation.has_command) {
        return complain({Error::Kind::bad_input,
                         "no command of ours before the --",
                         {},
                         "rampwatch watch -- COMMAND starts and watches it"});
    }
    if (words.empty()) {
        fmt::print(stderr, "{}\n", app.help());
        return static_cast<int>(Exit::trouble);
    }
    const auto refuse = [&](const Error& error) {
        const int status = complain(error);
        return invocation.has_command ? kOurTrouble : status;  // so that the command's own 2 is not mistaken
    };
    if (const auto settled = settle_first_word(words, app); !settled) return refuse(settled.error());
    if (!words.empty() && words.front() == "watch") {
        auto expanded = expand_config(words, *app.get_subcommand("watch"));
        if (!expanded) return refuse(expanded.error());
        *places = std::move(*expanded);
    }
    try {
        std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
        app.parse(words);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        return refuse(placed_in_config(refusal(error, app), *places));
    }
    if (invocation.has_command && !invocation.takes_command) {
        return complain({Error::Kind::bad_input, fmt::format("{} starts no command", chosen(app).get_name()),
                         "--", "a name that begins with a dash is written ./-NAME"});
    }
    if (!invocation.run)
        return complain({Error::Kind::bad_input, "nothing to do", {}, "see rampwatch --help"});
    return invocation.run();
}

}  // namespace
}  // namespace rampwatch::cli

int main(int argc, char** argv) {
    try {
        if (argc > 1 && argv[1] == rampwatch::dump::kGuardWord)
            return rampwatch::dump::guard_main(argc, argv);
        if (argc > 1 && argv[1] == rampwatch::dump::kWorkerWord)
            return rampwatch::dump::worker_main(argc, argv);
        return rampwatch::cli::run(argc, argv);
    } catch (
        const std::exception& error) {  // out of memory, or a bug of ours: never CLI11's or abort's number
        std::fprintf(stderr, "rampwatch: internal trouble: %s\n", error.what());
        return static_cast<int>(rampwatch::cli::Exit::trouble);
    }
}
