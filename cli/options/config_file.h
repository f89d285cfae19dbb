// SPDX-License-Identifier: MIT
// Options of `watch` from files: a line each, `name = value`, the names those of the options without their
// dashes.
//
// CLI11's own reader of such files (2.1.2) takes unknown keys without a word and knows no lines; this one
// refuses both, and says where.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace rampwatch::cli {

struct Command;

struct ConfigKey {
    std::string name{};    // "patience"
    bool is_flag = false;  // yes or no
};

struct Setting {
    std::string name{}, value{};  // of a flag "yes" or "no"
    std::string place{};          // "FILE:LINE"
};

// Those options of a command that a file may set: all but those that say what to watch, --config and --help.
std::vector<ConfigKey> config_keys(const Command& command);

// Comments begin with # at the start of a line; a value may stand in double quotes. Errors, `where` being
// "FILE:LINE": no "=", an unknown key (with the near one), no value, a flag that is neither yes nor no, a key
// given twice, more than 1000 lines. `file` is for the places alone.
Result<std::vector<Setting>> parse_config(std::string_view text, const std::string& file,
                                          const std::vector<ConfigKey>& keys);

// The same of a file, of at most 64 KiB. "-FILE" may be missing.
Result<std::vector<Setting>> read_config(std::string file, const std::vector<ConfigKey>& keys);

// Where an option's value came from, by its name with dashes: "--patience".
using ConfigPlaces = std::map<std::string, std::string>;

// Takes each --config FILE out of `words` (the command first) and puts what the files say behind the command,
// where no word says it already; of several files the last one wins.
Result<ConfigPlaces> expand_config(std::vector<std::string>& words, const Command& command);

// An Error about an option that a file set is about that file: its `where` becomes "FILE:LINE".
Error placed_in_config(Error error, const ConfigPlaces& places);

}  // namespace rampwatch::cli
