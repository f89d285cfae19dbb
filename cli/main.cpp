// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/version.h"
#include "cli/options/config_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/helper/guard.h"
#include "core/worker/heap_child.h"
#include "core/worker/worker.h"

namespace rampwatch::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  rampwatch 4711                  what is this process doing, in under a second
  rampwatch watch 4711            until Ctrl-C; says so when it leaks
  rampwatch watch --name myservice --record mem.csv
  rampwatch watch --patience 10m -- ./myservice --port 8080
  rampwatch watch --history --follow --name myservice    for years, and restarts
  rampwatch analyze mem.csv       judge what was recorded
  rampwatch dump 4711             its stacks, identical ones grouped
  rampwatch report                what the histories say; --quiet for cron
  rampwatch scan                  which process of this host is worth watching?

Exit status: 0 no leak seen, 1 leak, 2 trouble.)";

using Words = std::vector<std::string>;

bool has_command(const CommandLine& line, const std::string& name) {
    return std::any_of(line.commands.begin(), line.commands.end(), [&](const Command& command) {
        return command.name == name || (!name.empty() && command.alias == name);
    });
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

Error unknown_word(const std::string& word, const CommandLine& line) {
    std::vector<std::string_view> names;
    for (const Command& command : line.commands) names.emplace_back(command.name);
    const std::string_view near = nearest_word(word, names);
    return {Error::Kind::bad_input,
            fmt::format("neither a command nor a PID: {}", escape(word, 64)),
            {},
            near.empty() ? "a process by its name: rampwatch look --name " + escape(word, 64)
                         : fmt::format("did you mean \"{}\"?", near)};
}

// A bare PID, or a process named, is the look, and "help WORD" is "WORD --help"; any other first word must be
// a command.
Result<void> settle_first_word(Words& words, const CommandLine& line) {
    if (words.empty()) return {};
    if (words.front() == "help") {
        words.erase(words.begin());
        words.emplace_back("--help");
    }
    constexpr std::array<std::string_view, 4> kNames = {"--name", "--pid", "-p", "--pidfile"};
    const std::string first = words.front().substr(0, words.front().find('='));
    const bool names_one = std::ranges::find(kNames, first) != kNames.end();
    if (names_one || is_number(words.front())) words.insert(words.begin(), "look");
    if (!words.front().starts_with('-') && !has_command(line, words.front()))
        return unknown_word(words.front(), line);
    return {};
}

CommandLine command_line(const Invocation& invocation, const std::shared_ptr<const ConfigPlaces>& places) {
    CommandLine line{.name = "rampwatch",
                     .about =
                         "Watches the memory of a process, tells a leak from healthy growth, and shows which "
                         "code holds it.",
                     .footer = kExamples,
                     .version = version_text};
    line.commands = {look_command(),           watch_command(invocation, places),
                     analyze_command(),        dump_command(invocation),
                     heap_command(invocation), diff_command(),
                     group_command(),          history_command(),
                     report_command(),         ack_command(),
                     status_command(),         sample_command(invocation),
                     scan_command(),           fleet_command(),
                     rules_command(),          check_config_command(),
                     serve_command(),          drill_command()};
    return line;
}

// The words of `watch` with those from its files.
Result<ConfigPlaces> expand_files(Words& words, const CommandLine& line) {
    if (words.empty() || words.front() != "watch") return ConfigPlaces{};
    const auto watch = std::find_if(line.commands.begin(), line.commands.end(),
                                    [](const Command& command) { return command.name == "watch"; });
    return expand_config(words, *watch);
}

int run_understood(const Understood& understood, const Invocation& invocation) {
    if (!understood.text.empty()) {
        fmt::print("{}", understood.text);
        return static_cast<int>(Exit::healthy);
    }
    const Command* command = understood.command;
    if (invocation.has_command && (command == nullptr || !command->starts_command)) {
        return complain(
            {Error::Kind::bad_input,
             fmt::format("{} starts no command", command == nullptr ? "rampwatch" : command->name), "--",
             "a name that begins with a dash is written ./-NAME"});
    }
    if (command == nullptr)
        return complain({Error::Kind::bad_input, "nothing to do", {}, "see rampwatch --help"});
    return command->run();
}

int run(int argc, char** argv) {
    Invocation invocation;
    Words words = cut_command(argc, argv, invocation);
    const auto places = std::make_shared<ConfigPlaces>();
    const CommandLine line = command_line(invocation, places);

    if (words.empty() && invocation.has_command) {
        return complain({Error::Kind::bad_input,
                         "no command of ours before the --",
                         {},
                         "rampwatch watch -- COMMAND starts and watches it"});
    }
    if (words.empty()) {
        fmt::print(stderr, "{}\n", help(line));
        return static_cast<int>(Exit::trouble);
    }
    const auto refuse = [&](const Error& error) {
        const int status = complain(error);
        return invocation.has_command ? kOurTrouble : status;  // so that the command's own 2 is not mistaken
    };
    if (const auto settled = settle_first_word(words, line); !settled) return refuse(settled.error());
    auto expanded = expand_files(words, line);
    if (!expanded) return refuse(expanded.error());
    *places = std::move(*expanded);
    const auto understood = parse(line, std::move(words));
    if (!understood) return refuse(placed_in_config(understood.error(), *places));
    return run_understood(*understood, invocation);
}

}  // namespace
}  // namespace rampwatch::cli

int main(int argc, char** argv) {
    try {
        if (argc > 1 && argv[1] == rampwatch::helper::kGuardWord)
            return rampwatch::helper::guard_main(argc, argv);
        if (argc > 1 && argv[1] == rampwatch::worker::kWorkerWord)
            return rampwatch::worker::worker_main(argc, argv);
        if (argc > 1 && argv[1] == rampwatch::worker::kHeapWord)
            return rampwatch::worker::heap_main(argc, argv);
        return rampwatch::cli::run(argc, argv);
    } catch (
        const std::exception& error) {  // out of memory, or a bug of ours: never CLI11's or abort's number
        std::fprintf(stderr, "rampwatch: internal trouble: %s\n", error.what());
        return static_cast<int>(rampwatch::cli::Exit::trouble);
    }
}
