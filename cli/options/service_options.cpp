// SPDX-License-Identifier: MIT
#include "cli/options/service_options.h"

#include "cli/console/command.h"
#include "cli/console/exit.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/systemd/unit_name.h"

namespace rampwatch::cli {

void add_service_options(Command& command, ServiceOptions& options) {
    command.heading = "Which process";
    command.add("--unit NAME", &options.unit,
                "a systemd service, through its restarts: all its processes and their sum");
    command.add("--tree PID", &options.tree, "this process and its children, each one and their sum");
    command.add("--follow", &options.follow,
                "with --name or --pidfile: when the process ends, go on with the next one that matches");
    command.add("--processes WHICH", &options.processes, "all of them, or only the main one [all]")
        .one_of({"all", "main"});
    command.add("--linger DURATION", &options.linger,
                "with --unit: end when the service has been inactive for this long");
}

namespace {

bool names_a_process(const TargetOptions& target) {
    return target.target || target.pid || target.pidfile || target.name || target.has_command;
}

// By name or pidfile; empty where it is one process and not to be followed.
Result<std::optional<ServiceSettings>> read_named(const ServiceOptions& options, const TargetOptions& target,
                                                  ServiceSettings settings) {
    const bool is_named = target.name.has_value() != target.pidfile.has_value() && !target.target &&
                          !target.pid && !target.has_command;
    if (options.follow && !is_named)
        return Error{Error::Kind::bad_input, "needs --name or --pidfile", "--follow",
                     "--unit goes on through restarts by itself"};
    const auto parent = is_named && target.name ? parent_of_named(*target.name) : std::nullopt;
    if (!options.follow && !parent) return std::optional<ServiceSettings>{};
    settings.tree = parent.value_or(0);
    settings.called = target.name.value_or("");
    settings.wait = target.wait;
    if (options.follow) settings.sought = Sought{target.name, target.pidfile};
    settings.all = options.processes ? *options.processes == "all" : parent.has_value();
    return std::optional(settings);
}

}  // namespace

Result<std::optional<ServiceSettings>> read_service_options(const ServiceOptions& options,
                                                            const TargetOptions& target) {
    ServiceSettings settings;
    settings.all = options.processes.value_or("all") == "all";
    const auto linger = parse_duration(options.linger);
    if (!linger) return placed(linger.error(), "--linger");
    settings.linger = *linger;
    if (!options.unit && !options.tree) return read_named(options, target, settings);
    if (names_a_process(target) || (options.unit && options.tree))
        return Error{Error::Kind::bad_input, "more than one target named", options.unit ? "--unit" : "--tree",
                     "one of PID, --pid, --pidfile, --name, --unit, --tree, -- COMMAND"};
    if (options.tree) {
        const auto pid = parse_count(*options.tree);
        if (!pid || *pid == 0 || *pid > INT32_MAX)
            return Error{Error::Kind::bad_input, "not a PID: " + escape(*options.tree, 64), "--tree",
                         "a number from 1 on"};
        settings.tree = static_cast<std::int32_t>(*pid);
        return std::optional(settings);
    }
    auto unit = systemd::service_name(*options.unit);
    if (!unit) return placed(unit.error(), "--unit");
    settings.unit = settings.called = std::move(*unit);
    settings.wait = target.wait;
    return std::optional(settings);
}

}  // namespace rampwatch::cli
