// SPDX-License-Identifier: MIT
// Which service or tree of processes is meant.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/options/target_options.h"
#include "core/base/error.h"

namespace rampwatch::cli {

struct Command;

// As typed.
struct ServiceOptions {
    std::optional<std::string> unit{}, tree{};
    std::optional<std::string> processes{};
    std::string linger = "1m";
    bool follow = false;
};

// --unit, --tree, --follow, --processes and --linger; `options` outlives the Command.
void add_service_options(Command& command, ServiceOptions& options);

// Checked.
struct ServiceSettings {
    std::string unit{};  // with its ".service"; empty: a tree
    std::int32_t tree = 0;
    std::optional<Sought> sought{};  // with --follow: who leads the tree is looked for again and again
    bool wait = false;               // for it to appear
    std::string called{};            // the name by which it was asked for; empty: by its number
    bool all = true;
    std::chrono::nanoseconds linger{};
};

// Empty where one process alone is meant: neither a unit nor a tree is named, nothing is to be followed, and
// of --name there is only one, or none that is the parent of all the others.
Result<std::optional<ServiceSettings>> read_service_options(const ServiceOptions& options,
                                                            const TargetOptions& target);

}  // namespace rampwatch::cli
