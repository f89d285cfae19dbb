// SPDX-License-Identifier: MIT
// `rampwatch diff`: two saved dumps compared by group.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/terminal.h"
#include "core/base/file.h"
#include "core/report/json_diff.h"
#include "core/report/text_diff.h"
#include "core/stacks/difference.h"
#include "core/store/saved_dump.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20;

struct Options {
    std::string before{}, now{};
    std::string format = "text";
};

Result<Dump> read(const std::string& path) {
    const auto text = read_file(path, kMostBytes + 1);
    if (!text) return text.error();
    if (text->size() > kMostBytes) return Error{Error::Kind::bad_input, "more than 256 MiB", path, {}};
    auto dump = store::read_dump(*text);
    if (dump) return dump;
    Error error = dump.error();
    error.where = path;
    return error;
}

int diff(const Options& options) {
    const auto before = read(options.before);
    if (!before) return complain(before.error());
    const auto now = read(options.now);
    if (!now) return complain(now.error());
    const Dump difference = stacks::difference(*before, *now);
    if (options.format == "json") {
        fmt::print("{}\n", report::json_diff(*before, *now, difference));
    } else {
        const Terminal terminal = terminal_of(STDOUT_FILENO);
        const report::DumpTextStyle style{.width = columns_for(terminal, STDOUT_FILENO),
                                          .colours = terminal.colours};
        fmt::print("{}", report::text_diff(*before, *now, difference, style));
    }
    if (std::fflush(stdout) != 0)
        return complain({Error::Kind::io, "cannot be written", "standard output", {}});
    return static_cast<int>(Exit::healthy);
}

}  // namespace

Command diff_command() {
    Command command{.name = "diff", .about = "Compare two saved dumps, group by group"};
    command.footer =
        "Examples:\n"
        "  rampwatch dump --format json -o a.json 4711; sleep 600; rampwatch dump --format json -o b.json "
        "4711\n"
        "  rampwatch diff a.json b.json                  which stacks are there more of?";
    auto options = std::make_shared<Options>();
    command.add("OLD TEXT", &options->before, "a dump in JSON (rampwatch.dump/1)").required();
    command.add("NEW TEXT", &options->now, "a later one").required();
    command.add("--format FORMAT", &options->format, "text, or json (rampwatch.diff/1)")
        .one_of({"text", "json"});
    command.run = [options] { return diff(*options); };
    return command;
}

}  // namespace rampwatch::cli
