// SPDX-License-Identifier: MIT
#include "cli/options/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "cli/console/command.h"
#include "core/base/input.h"
#include "core/base/text.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostLines = 1000;
constexpr std::size_t kMostBytes = 65536;
constexpr std::array<std::string_view, 10> kNotInFiles = {"help", "config", "pid",  "pidfile", "name",
                                                          "wait", "unit",   "tree", "follow",  "save"};

std::optional<bool> truth(std::string_view word) {
    for (const std::string_view yes : {"yes", "true", "on", "1"})
        if (word == yes) return true;
    for (const std::string_view no : {"no", "false", "off", "0"})
        if (word == no) return false;
    return std::nullopt;
}

std::string_view unquoted(std::string_view value) {
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
        value = value.substr(1, value.size() - 2);
    return value;
}

Error unknown_key(std::string_view name, const std::string& place, const std::vector<ConfigKey>& keys) {
    std::vector<std::string_view> names;
    for (const ConfigKey& key : keys) names.push_back(key.name);
    std::string_view bare = name;
    while (bare.starts_with('-')) bare.remove_prefix(1);
    const std::string_view near = nearest_word(bare, names);
    const bool target = std::find(kNotInFiles.begin(), kNotInFiles.end(), bare) != kNotInFiles.end();
    return {Error::Kind::bad_input, "unknown key: " + escape(name, 64), place,
            target         ? "the target is named on the command line"
            : near.empty() ? "the long options of rampwatch watch, without their dashes"
                           : fmt::format("did you mean \"{}\"?", near)};
}

Result<Setting> parse_line(std::string_view line, const std::string& place,
                           const std::vector<ConfigKey>& keys) {
    const auto equals = line.find('=');
    const std::string_view name = trim(line.substr(0, equals));
    const auto key =
        std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& one) { return one.name == name; });
    if (key == keys.end()) return unknown_key(name, place, keys);
    if (equals == std::string_view::npos)
        return Error{Error::Kind::bad_input, "no value", place,
                     fmt::format("{} = {}", name, key->is_flag ? "yes" : "...")};
    const std::string_view value = unquoted(trim(line.substr(equals + 1)));
    if (value.empty())
        return Error{Error::Kind::bad_input, fmt::format("{} has no value", name), place,
                     "leave the line out for the default"};
    if (!key->is_flag) return Setting{key->name, std::string(value), place};
    const auto flag = truth(value);
    if (!flag)
        return Error{Error::Kind::bad_input,
                     fmt::format("{} is yes or no, not {}", name, escape(value, 64)),
                     place,
                     {}};
    return Setting{key->name, *flag ? "yes" : "no", place};
}

// "--patience" and "--patience=2h" and "-i", "-i10s" all say it.
bool says(const std::vector<std::string>& words, const Option& option) {
    return std::any_of(words.begin() + 1, words.end(), [&](const std::string& word) {
        return std::any_of(option.names.begin(), option.names.end(), [&](const std::string& name) {
            if (name.starts_with("--")) return word == name || word.starts_with(name + "=");
            return name.starts_with("-") && !word.starts_with("--") && word.starts_with(name);
        });
    });
}

// One of config_keys(), so there is one.
const Option& option_named(const Command& command, const std::string& name) {
    return *std::find_if(command.options.begin(), command.options.end(), [&](const Option& option) {
        return std::find(option.names.begin(), option.names.end(), name) != option.names.end();
    });
}

Result<std::vector<std::string>> take_files(std::vector<std::string>& words) {
    std::vector<std::string> files;
    for (std::size_t at = 1; at < words.size();) {
        constexpr std::string_view kWith = "--config=";
        if (words[at].starts_with(kWith)) {
            files.push_back(words[at].substr(kWith.size()));
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
        } else if (words[at] == "--config") {
            if (at + 1 == words.size()) return Error{Error::Kind::bad_input, "no file named", "--config", {}};
            files.push_back(words[at + 1]);
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(at),
                        words.begin() + static_cast<std::ptrdiff_t>(at) + 2);
        } else {
            ++at;
        }
    }
    return files;
}

}  // namespace

std::vector<ConfigKey> config_keys(const Command& command) {
    std::vector<ConfigKey> keys;
    for (const Option& option : command.options) {
        for (const std::string& name : option.names) {
            if (!name.starts_with("--")) continue;
            const std::string bare = name.substr(2);
            if (std::find(kNotInFiles.begin(), kNotInFiles.end(), bare) == kNotInFiles.end())
                keys.push_back({bare, is_flag(option)});
        }
    }
    return keys;
}

Result<std::vector<Setting>> parse_config(std::string_view text, const std::string& file,
                                          const std::vector<ConfigKey>& keys) {
    std::vector<Setting> settings;
    std::size_t number = 0;
    for (const std::string_view whole : split(text, '\n')) {
        const std::string place = fmt::format("{}:{}", escape(file, 256), ++number);
        const std::string_view line = trim(whole);
        if (line.empty() || line.starts_with('#')) continue;
        if (number > kMostLines)
            return Error{Error::Kind::bad_input, fmt::format("more than {} lines", kMostLines), place, {}};
        auto setting = parse_line(line, place, keys);
        if (!setting) return setting.error();
        const auto twice = std::find_if(settings.begin(), settings.end(),
                                        [&](const Setting& one) { return one.name == setting->name; });
        if (twice != settings.end())
            return Error{Error::Kind::bad_input, fmt::format("{} is given twice", setting->name), place,
                         "first at " + twice->place};
        settings.push_back(std::move(*setting));
    }
    return settings;
}

Result<std::vector<Setting>> read_config(std::string file, const std::vector<ConfigKey>& keys) {
    const bool may_miss = file.starts_with('-');
    if (may_miss) file.erase(0, 1);
    const auto text = read_input(file, kMostBytes + 1);
    if (!text) {
        if (may_miss && text.error().kind == Error::Kind::not_found) return std::vector<Setting>{};
        Error error = text.error();
        error.where = escape(file, 256);
        return error;
    }
    if (text->size() > kMostBytes)
        return Error{Error::Kind::bad_input, "too long for options", escape(file, 256), {}};
    return parse_config(*text, file, keys);
}

Result<ConfigPlaces> expand_config(std::vector<std::string>& words, const Command& command) {
    const auto files = take_files(words);
    if (!files) return files.error();
    std::map<std::string, Setting> said;
    const auto keys = config_keys(command);
    for (const std::string& file : *files) {
        auto settings = read_config(file, keys);
        if (!settings) return settings.error();
        for (Setting& setting : *settings) said[setting.name] = std::move(setting);
    }
    ConfigPlaces places;
    std::vector<std::string> more;
    for (const auto& [name, setting] : said) {
        const Option& option = option_named(command, "--" + name);
        if (says(words, option)) continue;
        places["--" + name] = setting.place;
        if (!is_flag(option)) {
            more.push_back("--" + name + "=" + setting.value);
        } else if (setting.value == "yes") {
            more.push_back("--" + name);
        }
    }
    words.insert(words.begin() + 1, more.begin(), more.end());
    return places;
}

Error placed_in_config(Error error, const ConfigPlaces& places) {
    const auto place = places.find(error.where);
    if (place == places.end()) return error;
    error.what = error.where.substr(2) + ": " + error.what;
    error.where = place->second;
    return error;
}

}  // namespace rampwatch::cli
