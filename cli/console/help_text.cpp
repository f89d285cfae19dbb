// SPDX-License-Identifier: MIT
#include "cli/console/help_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/text.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kNames = 26;  // columns of what stands left of the words

struct Row {
    std::string names{}, about{};
};

// Words in lines; all but the first begin below the first word's column.
std::string wrapped(std::string_view text, std::size_t column) {
    std::string out;
    std::size_t at = column;
    for (const std::string_view word : split(text, ' ')) {
        if (word.empty()) continue;
        if (at > column && at + 1 + word.size() > kColumns) {
            out += "\n" + std::string(column, ' ');
            at = column;
        }
        if (at > column) out += ' ', ++at;
        out += word;
        at += word.size();
    }
    return out;
}

std::string row_text(const Row& row) {
    const std::string names = "  " + row.names;
    const bool fits = names.size() + 2 <= kNames;
    return names + (fits ? std::string(kNames - names.size(), ' ') : "\n" + std::string(kNames, ' ')) +
           wrapped(row.about, kNames) + "\n";
}

bool is_named(const Option& option) { return option.names.front().starts_with('-'); }

bool takes_many(const Option& option) {
    return std::holds_alternative<std::vector<std::string>*>(option.place);
}

Row row_of(const Option& option) {
    Row row{.names = fmt::format("{}", fmt::join(option.names, ",")), .about = option.about};
    if (!option.value.empty() && is_named(option)) row.names += " " + option.value;
    if (!is_named(option) && takes_many(option)) row.names += "...";
    const auto* text = std::get_if<std::string*>(&option.place);
    if (text != nullptr && !(*text)->empty()) row.about += fmt::format(" [{}]", **text);
    return row;
}

std::string usage(const CommandLine& line, const Command& command) {
    std::string text = fmt::format("Usage: {} {} [OPTIONS]", line.name, command.name);
    for (const Option& option : command.options) {
        if (is_named(option)) continue;
        const std::string word = option.names.front() + (takes_many(option) ? "..." : "");
        text += option.is_required ? " " + word : " [" + word + "]";
    }
    return text + (command.starts_command ? " [-- COMMAND ARGS...]\n" : "\n");
}

std::string footer_of(const std::string& footer) {
    return footer.empty() ? std::string() : "\n" + footer + (footer.ends_with('\n') ? "" : "\n");
}

std::string positionals_text(const Command& command) {
    std::string text;
    for (const Option& option : command.options)
        if (!is_named(option)) text += row_text(row_of(option));
    return text.empty() ? text : "\n" + text;
}

// Groups in the order in which they were begun; --help belongs to the last.
std::string options_text(const Command& command) {
    std::vector<std::string> groups;
    for (const Option& option : command.options) {
        if (is_named(option) && std::ranges::find(groups, option.group) == groups.end())
            groups.push_back(option.group);
    }
    const Row help{"-h,--help", "print this"};
    constexpr std::size_t kFew = 12;
    if (groups.size() < 2 || command.options.size() <= kFew) {
        std::string text = "\nOptions:\n" + row_text(help);
        for (const Option& option : command.options)
            if (is_named(option)) text += row_text(row_of(option));
        return text;
    }
    std::string text;
    for (const std::string& group : groups) {
        text += "\n" + (group.empty() ? std::string("Other") : group) + ":\n";
        for (const Option& option : command.options)
            if (is_named(option) && option.group == group) text += row_text(row_of(option));
    }
    return text + row_text(help);
}

}  // namespace

std::string help_of(const CommandLine& line, const Command& command) {
    return usage(line, command) + "\n" + wrapped(command.about, 0) + "\n" + positionals_text(command) +
           options_text(command) + footer_of(command.footer);
}

std::string help_of(const CommandLine& line) {
    std::string text = fmt::format("Usage: {} [OPTIONS] [SUBCOMMAND]\n\n", line.name) +
                       wrapped(line.about, 0) + "\n\nOptions:\n" + row_text({"-h,--help", "print this"});
    if (line.version) text += row_text({"-V,--version", "print the version and what is built in"});
    text += "\nSubcommands:\n";
    for (const Command& command : line.commands)
        text += row_text({command.name + (command.alias.empty() ? "" : ", " + command.alias), command.about});
    return text + footer_of(line.footer);
}

}  // namespace rampwatch::cli
