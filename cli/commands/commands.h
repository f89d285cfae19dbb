// SPDX-License-Identifier: MIT
// One function a subcommand, each in a file of its own: its options, and what to run.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cli/console/command_line.h"
#include "cli/options/config_file.h"
#include "core/base/error.h"

namespace rampwatch::cli {

// The words behind "--", as main has cut them.
struct Invocation {
    bool has_command = false;  // there was a "--"
    std::vector<std::string> command{};
};

Command look_command();
Command analyze_command();
Command dump_command(const Invocation& invocation);
Command diff_command();
Command group_command();
Command heap_command(const Invocation& invocation);
Command history_command();
Command report_command();
Command ack_command();
Command status_command();
Command sample_command(const Invocation& invocation);
Command scan_command();
Command fleet_command();
Command rules_command();
Command check_config_command();
Command serve_command();
Command drill_command();

// `places`, read when it runs, says which of its options came from which file: what expand_config() returned.
Command watch_command(const Invocation& invocation, std::shared_ptr<const ConfigPlaces> places);

// Would `watch` take all that this file says? How many settings it has; errors as of watch itself, placed.
Result<std::size_t> check_watch_config(const std::string& file);

// All that is wrong with it, each line for itself, before what is wrong between them.
std::vector<Error> faults_in_watch_config(const std::string& file);

}  // namespace rampwatch::cli
