// SPDX-License-Identifier: MIT
// `rampwatch group`: stacks that others wrote down, identical ones counted.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/console/dump_output.h"
#include "cli/console/exit.h"
#include "cli/console/stack_file.h"
#include "core/stacks/grouper.h"

namespace rampwatch::cli {
namespace {

struct Options {
    std::vector<std::string> files{};
    DumpOutput output{};
};

// Adds the stacks of one file.
Result<void> add_file(const StackFile& file, stacks::Grouper& grouper, Dump& dump) {
    auto read = read_stacks(file);
    if (!read) return read.error();
    describe(file, *read, dump);
    grouper.merge(read->stacks);
    return {};
}

int group(const Options& options) {
    if (refused(options.output)) return static_cast<int>(Exit::trouble);
    stacks::Grouper grouper;
    Dump dump;
    for (const std::string& argument : options.files) {
        const StackFile file = stack_file_of(argument);
        if (auto added = add_file(file, grouper, dump); !added) return complain(added.error());
        if (options.files.size() == 1 && file.path != "-") dump.life.executable = file.path;
    }
    dump.threads = grouper.stacks();
    if (grouper.ungrouped() > 0)
        dump.warnings.push_back(
            fmt::format("too many different stacks: {} are in no group", grouper.ungrouped()));
    dump.groups = grouper.finish();
    return print(dump, options.output);
}

}  // namespace

Command group_command() {
    Command command{.name = "group",
                    .about = "group stacks that other tools wrote: gdb, Go, jstack and more"};
    command.footer =
        "Examples:\n"
        "  gdb -p 4711 -batch -ex 'thread apply all bt' > threads.txt\n"
        "  rampwatch group threads.txt\n"
        "  curl -s localhost:6060/debug/pprof/goroutine?debug=2 | rampwatch group -\n"
        "  jstack 4711 | rampwatch group --format folded - | flamegraph.pl > java.svg";
    auto options = std::make_shared<Options>();
    command
        .add("FILE TEXT", &options->files,
             "text with stacks in it; FILE#2: its second dump; - for standard input")
        .required();
    add_dump_output(command, options->output);
    command.run = [options] { return group(*options); };
    return command;
}

}  // namespace rampwatch::cli
