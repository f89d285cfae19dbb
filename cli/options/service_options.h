// SPDX-License-Identifier: MIT
// Which service or tree of processes is meant.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/error.h"

namespace rampwatch::cli {

struct Command;

// As typed.
struct ServiceOptions {
    std::optional<std::string> unit{}, tree{};
    std::string processes = "all";
    std::string linger = "1m";
};

// --unit, --tree, --processes and --linger; `options` outlives the Command.
void add_service_options(Command& command, ServiceOptions& options);

// Checked.
struct ServiceSettings {
    std::string unit{};  // with its ".service"; empty: a tree
    std::int32_t tree = 0;
    bool all = true;
    std::chrono::nanoseconds linger{};
};

// Empty where neither a unit nor a tree is named. `other_target`: another word names a process too.
Result<std::optional<ServiceSettings>> read_service_options(const ServiceOptions& options, bool other_target);

}  // namespace rampwatch::cli
