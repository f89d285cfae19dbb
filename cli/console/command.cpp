// SPDX-License-Identifier: MIT
#include "cli/console/command.h"

#include "core/base/text.h"

namespace rampwatch::cli {

Option& Option::one_of(std::vector<std::string> words) {
    choices = std::move(words);
    return *this;
}

Option& Option::required() {
    is_required = true;
    return *this;
}

Option& Option::or_bare(std::string implied) {
    bare = std::move(implied);
    return *this;
}

bool is_flag(const Option& option) { return std::holds_alternative<bool*>(option.place); }

Option& Command::add(std::string_view spec, Place place, std::string about_it) {
    const auto blank = spec.find(' ');
    Option option{.about = std::move(about_it), .group = heading, .place = place};
    for (const std::string_view one : split(spec.substr(0, blank), ',')) option.names.emplace_back(one);
    if (blank != std::string_view::npos) option.value = spec.substr(blank + 1);
    return options.emplace_back(std::move(option));
}

}  // namespace rampwatch::cli
