// SPDX-License-Identifier: MIT
// How stacks are read, as every subcommand that reads them offers it.
#pragma once

#include <string>

#include "core/base/error.h"
#include "core/dump/backend.h"

namespace rampwatch::cli {

struct Command;

// As typed; read_dump_options() checks.
struct DumpOptions {
    std::string backend = "auto";
    std::string timeout = "30s";
    std::string stop = "running";
    std::string max_stop = "20ms";
    std::string stack_bytes = "64K";
    std::string pprof{};
    bool show_args = false;
};

// --backend, --stop, --max-stop, --stack-bytes, --dump-timeout, --pprof, --show-args. `options` outlives it.
void add_dump_options(Command& command, DumpOptions& options);
void add_pprof_option(Command& command, std::string& place);  // --pprof alone

// Refuses a timeout under 100 ms or over 1 h, a --max-stop over 1 min, and --stack-bytes under 4K or over 4M.
Result<dump::Settings> read_dump_options(const DumpOptions& options);

// Where --pprof leads, whole; empty when it was not given.
Result<std::string> read_pprof_option(const std::string& word);

}  // namespace rampwatch::cli
