// SPDX-License-Identifier: MIT
// Where a history is, as every subcommand that writes or reads one offers it.
#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/store/history_writer.h"

namespace rampwatch::cli {

struct Command;

// As typed.
struct HistoryOptions {
    std::optional<std::string> directory{}, group{}, name{}, keep{};
};

// --history-dir, --history-group, --history-name and --history-keep; `options` outlives the Command.
void add_history_options(Command& command, HistoryOptions& options);

// `target` is what the target is called where --history-name does not say; `watching` is the caller's.
Result<store::HistorySettings> read_history_options(const HistoryOptions& options, std::string target);

// --history-dir alone, for who reads.
void add_history_dir(Command& command, std::optional<std::string>& directory);

// The one given, else the default place; where that has no history and /var/lib/rampwatch does, that.
Result<std::string> directory_to_read(const std::optional<std::string>& given);

// "48h,30d,400d": from what age on looks are folded into minutes, those into ten minutes, these forgotten.
Result<store::Retention> parse_retention(const std::string& text);

// The base name of an executable, without what the kernel appends to a deleted one.
std::string target_name(const Life& who);

// Single samples looked for this target in vain: its history notes it. False where there is none.
Result<bool> note_absence(const HistoryOptions& options, std::string target);

}  // namespace rampwatch::cli
