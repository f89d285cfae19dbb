// SPDX-License-Identifier: MIT
// The knobs of the Judge, as every subcommand that judges offers them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/report/explain.h"
#include "core/trend/judge.h"

namespace rampwatch::cli {

struct Command;

// As typed; read_judge_options() checks.
struct JudgeOptions {
    std::string patience = "9h";
    std::optional<std::string> min_growth{};
    std::optional<std::string> min_count{};
};

// --patience, --min-growth and --min-count; `options` outlives the Command.
void add_judge_options(Command& command, JudgeOptions& options);

// --explain and --explain=all: `how` becomes "brief" or "all", and stays empty when it is not given.
void add_explain(Command& command, std::string& how);
[[nodiscard]] std::optional<report::Detail> explain_of(std::string_view how);

// Refuses a patience under 1 s or over 1000 days, a growth of nothing or over 1 EiB, and a count outside 1 to
// 10^9; `where` of the error is the option's name. `interval` of the settings stays 0: it is taken from the
// samples, so that a recording is judged as the live watch was.
Result<trend::Settings> read_judge_options(const JudgeOptions& options);

}  // namespace rampwatch::cli
