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
#include "core/base/file.h"
#include "core/stacks/any_text.h"
#include "core/stacks/grouper.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

struct Options {
    std::vector<std::string> files{};
    DumpOutput output{};
};

// Adds the stacks of one file.
Result<void> add_file(const std::string& path, stacks::Grouper& grouper, Dump& dump) {
    const auto text = read_file(path == "-" ? "/dev/stdin" : path, kMostBytes + 1);
    if (!text) return text.error();
    if (text->size() > kMostBytes) return Error{Error::Kind::bad_input, "more than 1 GiB", path, {}};
    const stacks::TextFormat format = stacks::recognise(*text);
    const stacks::ModuleMap no_modules;
    auto parser =
        stacks::parser_of(format, no_modules, [&](Stack&& stack) { grouper.add(std::move(stack)); });
    if (!parser) {
        return Error{Error::Kind::bad_input, "no stacks in it", path,
                     "known are: gdb's thread apply all bt, eu-stack, a Go traceback, jstack"};
    }
    parser->feed(*text);
    parser->finish();
    const auto skipped = parser->skipped();
    if (skipped.lines > 0)
        dump.warnings.push_back(fmt::format("{}: not understood: {} lines", path, skipped.lines));
    if (skipped.cut > 0) dump.warnings.push_back(fmt::format("{}: too long, and cut: {}", path, skipped.cut));
    const std::string word = stacks::word(format);
    if (dump.backend.find(word) == std::string::npos)
        dump.backend += (dump.backend.empty() ? "" : ", ") + word;
    return {};
}

int group(const Options& options) {
    if (refused(options.output)) return static_cast<int>(Exit::trouble);
    stacks::Grouper grouper;
    Dump dump;
    for (const std::string& file : options.files) {
        if (auto added = add_file(file, grouper, dump); !added) return complain(added.error());
    }
    if (options.files.size() == 1 && options.files[0] != "-") dump.life.executable = options.files[0];
    dump.threads = grouper.stacks();
    if (grouper.ungrouped() > 0)
        dump.warnings.push_back(
            fmt::format("too many different stacks: {} are in no group", grouper.ungrouped()));
    dump.groups = grouper.take();
    return print(dump, options.output);
}

}  // namespace

Command group_command() {
    Command command{.name = "group", .about = "Group stacks that others wrote: gdb, eu-stack, Go, jstack"};
    command.footer =
        "Examples:\n"
        "  rampwatch group threads.txt              gdb -p 4711 -batch -ex 'thread apply all bt' > "
        "threads.txt\n"
        "  curl -s localhost:6060/debug/pprof/goroutine?debug=2 | rampwatch group -\n"
        "  jstack 4711 | rampwatch group --format folded - | flamegraph.pl > java.svg";
    auto options = std::make_shared<Options>();
    command
        .add("FILE TEXT", &options->files, "what gdb, eu-stack, Go or jstack printed; - for standard input")
        .required();
    add_dump_output(command, options->output);
    command.run = [options] { return group(*options); };
    return command;
}

}  // namespace rampwatch::cli
