// SPDX-License-Identifier: MIT
// A subcommand and its options as values, each with the place its value goes to.
//
// Nothing here knows the library that parses (CLI11): its templates were three quarters of a build when each
// subcommand's file met them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rampwatch::cli {

// Where a value is written; must outlive parse() of command_line.h. A flag is a bool; the content of a string
// that is not empty is its default, and --help shows it; a vector takes several words, a named option's one
// each time it is given.
using Place = std::variant<bool*, std::string*, std::optional<std::string>*, std::vector<std::string>*>;

struct Option {
    std::vector<std::string> names{};    // "--pid", "-p"; of a word without dashes its name for --help
    std::string value{};                 // what --help calls its value: "PID"
    std::string about{};                 // one sentence for --help
    std::string group{};                 // the heading in --help that it stands under
    std::vector<std::string> choices{};  // nothing else is taken; empty: any word
    bool is_required = false;
    std::string
        bare{};  // the value of "--option" where "--option=VALUE" may be said too; empty: it needs one
    Place place{};

    Option& one_of(std::vector<std::string> words);
    Option& required();
    Option& or_bare(std::string implied);  // of a string
};

bool is_flag(const Option& option);

struct Command {
    std::string name{}, about{};
    std::string alias{};   // empty: none
    std::string footer{};  // --help ends with it
    std::vector<Option> options{};
    std::string heading{};        // the group of what is added from now on
    bool starts_command = false;  // "-- COMMAND ARGS" may stand behind it
    std::function<int()> run{};   // its value is the exit status; asked once, after parse()

    // `spec` is "-p,--pid PID", "--wait" or "TARGET": names, and behind a blank what its value is called. The
    // reference is good until the next add().
    Option& add(std::string_view spec, Place place, std::string about);
};

}  // namespace rampwatch::cli
