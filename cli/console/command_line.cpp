// SPDX-License-Identifier: MIT
#include "cli/console/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/console/help_text.h"
#include "core/base/text.h"

namespace rampwatch::cli {
namespace {

using Words = std::vector<std::string>;

bool is_named(const Option& option) { return option.names.front().starts_with('-'); }

std::string joined_names(const Option& option) { return fmt::format("{}", fmt::join(option.names, ",")); }

CLI::Option* add_to(CLI::App& app, const std::string& names, bool& place, const std::string& about) {
    return app.add_flag(names, place, about);
}

template <class T>
CLI::Option* add_to(CLI::App& app, const std::string& names, T& place, const std::string& about) {
    return app.add_option(names, place, about);
}

void add_bare(CLI::App& app, const Option& option) {
    std::string& place = *std::get<std::string*>(option.place);
    app.add_flag(joined_names(option) + "{" + option.bare + "}", place, option.about)
        ->check(CLI::IsMember(option.choices));
}

void add(CLI::App& app, const Option& option) {
    if (!option.bare.empty()) return add_bare(app, option);
    CLI::Option* added = std::visit(
        [&](auto* place) { return add_to(app, joined_names(option), *place, option.about); }, option.place);
    if (is_flag(option)) return;
    added->type_name(option.value);
    if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
    if (option.is_required) added->required();
    if (std::holds_alternative<Words*>(option.place) && is_named(option)) added->expected(1)->take_all();
}

void add(CLI::App& app, const Command& command) {
    CLI::App* added = app.add_subcommand(command.name, command.about);
    if (!command.alias.empty()) added->alias(command.alias);
    for (const Option& option : command.options) add(*added, option);
}

void declare(CLI::App& app, const CommandLine& line) {
    if (line.version) app.set_version_flag("-V,--version", line.version);
    app.require_subcommand(0, 1);
    for (const Command& command : line.commands) add(app, command);
}

const CLI::App& chosen(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : *parsed.front();
}

std::string see_help(const CLI::App& command) {
    return command.get_parent() == nullptr ? "see rampwatch --help"
                                           : fmt::format("see rampwatch {} --help", command.get_name());
}

std::string near_option(const std::string& name, const CLI::App& command) {
    if (name == "--json" && command.get_option_no_throw("--format") != nullptr)
        return "did you mean \"--format json\"?";
    Words names;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& one : option->get_lnames()) names.push_back("--" + one);
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::string_view near = nearest_word(name, views);
    return near.empty() ? see_help(command) : fmt::format("did you mean \"{}\"?", near);
}

std::string help_asked(const CommandLine& line, const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    const auto asked = std::ranges::find_if(line.commands, [&](const Command& command) {
        return !parsed.empty() && command.name == parsed.front()->get_name();
    });
    return asked == line.commands.end() ? help_of(line) : help_of(line, *asked);
}

// CLI11's own words for what it found wrong, which begin with the option where it is one's value.
Error in_words_of_cli11(std::string_view words, const CLI::App& command) {
    const std::size_t colon = words.find(": ");
    const std::string name(words.substr(0, colon));
    const bool is_option = colon != std::string_view::npos && name.starts_with("--") &&
                           command.get_option_no_throw(name) != nullptr;
    return {Error::Kind::bad_input, escape(is_option ? words.substr(colon + 2) : words, 400),
            is_option ? name : std::string(), see_help(command)};
}

// Of a word too many in our words.
Error refusal(const CLI::ParseError& error, const CLI::App& app) {
    const CLI::App& command = chosen(app);
    const Words extra = app.remaining(true);
    if (extra.empty()) return in_words_of_cli11(error.what(), command);
    const std::string& word = extra.front();
    if (!word.starts_with("-")) {
        return {Error::Kind::bad_input, "unexpected argument: " + escape(word, 64), {}, see_help(command)};
    }
    const std::string name = word.substr(0, word.find('='));
    return {Error::Kind::bad_input, "unknown option: " + escape(name, 64), {}, near_option(name, command)};
}

}  // namespace

Result<Understood> parse(const CommandLine& line, std::vector<std::string> words) {
    CLI::App app(line.about, line.name);
    declare(app, line);
    try {
        std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
        app.parse(words);
    } catch (const CLI::CallForHelp&) {
        return Understood{nullptr, help_asked(line, app)};
    } catch (const CLI::CallForVersion& asked) {
        return Understood{nullptr, std::string(asked.what()) + "\n"};
    } catch (const CLI::ParseError& error) {
        return refusal(error, app);
    }
    Understood understood;
    const std::string name = app.get_subcommands().empty() ? "" : chosen(app).get_name();
    for (const Command& command : line.commands) {
        if (command.name == name) understood.command = &command;
    }
    return understood;
}

std::string help(const CommandLine& line) { return help_of(line); }

}  // namespace rampwatch::cli
