// SPDX-License-Identifier: MIT
// The TARGET words that every subcommand shares: which process is meant.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/console/launch.h"
#include "core/base/error.h"
#include "core/probe/process.h"

namespace rampwatch::cli {

struct Command;

// As typed; resolve() checks.
struct TargetOptions {
    std::optional<std::string> target{};  // the bare word
    std::optional<std::string> pid{};
    std::optional<std::string> pidfile{};
    std::optional<std::string> name{};
    bool wait = false;
    // What stood behind "--"; a subcommand that starts commands copies it here from its Invocation.
    bool has_command = false;
    std::vector<std::string> command{};
};

// Who is followed through restarts: one of both.
struct Sought {
    std::optional<std::string> name{}, pidfile{};
};

// A process that is this very rampwatch is refused: its own memory is no target. `where`: the option.
Error names_ourselves(std::string where);

// The process that goes by it now, of several the parent of all the others; empty where there is no one.
std::optional<std::int32_t> find_now(const Sought& sought);

// Of several processes of this name the one that is the parent of all the others; empty where none is, and
// where there are not several.
std::optional<std::int32_t> parent_of_named(const std::string& name);

// TARGET, -p/--pid, --pidfile, --name and --wait; `options` outlives the Command.
void add_target_options(Command& command, TargetOptions& options);

struct TargetHandle {
    // Its address stays, as Feeds hold on to it; none when our command ended before it could be held.
    std::unique_ptr<probe::Process> process{};
    std::unique_ptr<Launched> command{};  // when we started it ourselves
};

// Finds the one process meant, or starts the command. With --wait it looks every 100 ms until there is one,
// or `interrupted` (asked as often) says so: then the Error is timed_out. Every refusal says what, where and
// what to do: no word or several of them, no PID, our own PID, no such process, a zombie, a kernel thread, a
// thread's number, hidepid; a pidfile that is missing, empty, not a number or stale; a name that nobody has,
// or several.
Result<TargetHandle> resolve(const TargetOptions& options, const std::function<bool()>& interrupted = {});

}  // namespace rampwatch::cli
