// SPDX-License-Identifier: MIT
// Subcommands for whoever runs many watches, beside those of command.h.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "cli/config_file.h"
#include "core/base/error.h"

namespace CLI {
class App;
}

namespace rampwatch::cli {

struct Invocation;

// `watch` whose words were expanded by expand_config(): `places` says where its options came from.
void add_watch(CLI::App& app, Invocation& invocation, std::shared_ptr<const ConfigPlaces> places);

void add_check_config(CLI::App& app, Invocation& invocation);
void add_serve(CLI::App& app, Invocation& invocation);
void add_drill(CLI::App& app, Invocation& invocation);

// Would `watch` take all that this file says? How many settings it has; errors as of watch itself, placed.
Result<std::size_t> check_watch_config(const std::string& file);

}  // namespace rampwatch::cli
