// SPDX-License-Identifier: MIT
#include "cli/options/service_options.h"

#include "cli/console/command.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/systemd/unit_name.h"

namespace rampwatch::cli {

void add_service_options(Command& command, ServiceOptions& options) {
    command.heading = "Which process";
    command.add("--unit NAME", &options.unit,
                "a service of systemd, through its restarts: all of its processes, and their sum");
    command.add("--tree PID", &options.tree, "this process and its children, each and in sum");
    command.add("--processes WHICH", &options.processes, "all of them, or the main one alone")
        .one_of({"all", "main"});
    command.add("--linger DURATION", &options.linger,
                "with --unit: end when it has been inactive for so long");
}

Result<std::optional<ServiceSettings>> read_service_options(const ServiceOptions& options,
                                                            bool other_target) {
    if (!options.unit && !options.tree) return std::optional<ServiceSettings>{};
    if (other_target || (options.unit && options.tree))
        return Error{Error::Kind::bad_input, "more than one target named", options.unit ? "--unit" : "--tree",
                     "one of PID, --pid, --pidfile, --name, --unit, --tree, -- COMMAND"};
    ServiceSettings settings;
    settings.all = options.processes == "all";
    const auto linger = parse_duration(options.linger);
    if (!linger) {
        Error error = linger.error();
        error.where = "--linger";
        return error;
    }
    settings.linger = *linger;
    if (options.tree) {
        const auto pid = parse_count(*options.tree);
        if (!pid || *pid == 0 || *pid > INT32_MAX)
            return Error{Error::Kind::bad_input, "not a PID: " + escape(*options.tree, 64), "--tree",
                         "a number from 1 on"};
        settings.tree = static_cast<std::int32_t>(*pid);
        return std::optional(settings);
    }
    auto unit = systemd::service_name(*options.unit);
    if (!unit) {
        Error error = unit.error();
        error.where = "--unit";
        return error;
    }
    settings.unit = std::move(*unit);
    return std::optional(settings);
}

}  // namespace rampwatch::cli
