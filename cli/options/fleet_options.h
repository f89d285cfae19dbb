// SPDX-License-Identifier: MIT
// Which server is asked for which series over which time, and who asks.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/judge_options.h"
#include "core/base/error.h"
#include "core/harvest/harvest.h"

namespace rampwatch::cli {

struct Command;

// As typed.
struct FleetOptions {
    std::string url{}, since = "9d", until{}, timeout = "2m", shard{}, jobs{};
    std::optional<std::string> query{}, preset{}, step{};
    std::string source = "auto";
    std::optional<std::string> bearer_file{}, basic_file{}, ca_file{};
    std::vector<std::string> headers{};
    JudgeOptions judge{};
};

// `options` outlives the Command.
void add_fleet_options(Command& command, FleetOptions& options);

// `now` is since the Unix epoch; reads the files of secrets. `stop` of the server stays null.
Result<harvest::Settings> read_fleet_options(const FleetOptions& options, std::chrono::nanoseconds now);

}  // namespace rampwatch::cli
