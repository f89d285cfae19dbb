// SPDX-License-Identifier: MIT
// `rampwatch ack`: somebody knows; let report --quiet be silent about a target for a while.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/options/history_options.h"
#include "cli/options/reader_state.h"
#include "core/base/moment.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/batch/report_builder.h"
#include "core/store/history_place.h"

namespace rampwatch::cli {
namespace {

struct Options {
    std::string target{}, until = "3d";
    std::optional<std::string> directory{}, state_directory{};
};

int run_ack(const Options& options) {
    const auto directory = directory_to_read(options.directory);
    if (!directory) return complain(directory.error());
    const auto target = store::find_target(*directory, options.target);
    if (!target) return complain(target.error());
    const auto now = wall_now();
    auto until = parse_moment_ahead(options.until, now);
    if (!until) return complain(placed(until.error(), "--until"));
    const auto path = told_path(options.state_directory);
    if (!path) return complain(path.error());
    auto book = store::load_told(*path);
    if (!book) return complain(book.error());
    Told& told = (*book)[batch::told_key(*directory, *target)];
    const bool ends = *until <= now;
    told.silent_until_wall = ends ? std::nullopt : std::optional(*until);
    if (auto saved = save_told_at(*path, *book); !saved) return complain(saved.error());
    fmt::print("{}: {}\n", escape(*target, 64),
               ends ? std::string("acknowledged no longer: its news will be reported again")
                    : "acknowledged: report --quiet is silent about it until " + format_time(*until));
    return static_cast<int>(Exit::healthy);
}

}  // namespace

Command ack_command() {
    Command command{.name = "ack", .about = "silence report --quiet about one target for a while"};
    command.footer =
        "Examples:\n"
        "  rampwatch ack nginx --until 3d\n"
        "  rampwatch ack nginx --until 0          report its news again";
    auto options = std::make_shared<Options>();
    command.add("TARGET", &options->target, "as history list names it").required();
    command.add("--until TIME", &options->until, "for this long, or until a date; 0 ends it");
    add_history_dir(command, options->directory);
    add_state_dir(command, options->state_directory);
    command.run = [options] { return run_ack(*options); };
    return command;
}

}  // namespace rampwatch::cli
