// SPDX-License-Identifier: MIT
// Where a reader of reports keeps what was told and acknowledged.
#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/store/told_book.h"

namespace rampwatch::cli {

struct Command;

// --state-dir; `directory` outlives the Command.
void add_state_dir(Command& command, std::optional<std::string>& directory);

// The file: in the directory given, else in "reports" below the default place of histories; without a HOME in
// the environment, as cron has it for nobody, that of /etc/passwd.
Result<std::string> told_path(const std::optional<std::string>& directory);

// Makes the directory where it is missing.
Result<void> save_told_at(const std::string& path, const store::ToldBook& book);

}  // namespace rampwatch::cli
