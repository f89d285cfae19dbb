// SPDX-License-Identifier: MIT
// `rampwatch dump`: what all threads of a process are doing, identical stacks counted.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/dump_options.h"
#include "cli/own_words.h"
#include "cli/target_options.h"
#include "cli/terminal.h"
#include "core/base/whole_file.h"
#include "core/dump/backend.h"
#include "core/dump/permission.h"
#include "core/report/folded.h"
#include "core/report/json_dump.h"
#include "core/report/pprof.h"
#include "core/report/text_dump.h"

namespace rampwatch::cli {
namespace {

struct Options {
    TargetOptions target{};
    std::string format = "text";
    std::string output{};
    DumpOptions dump{};
};

report::DumpTextStyle style_of_stdout(bool to_file) {
    const Terminal terminal = to_file ? Terminal{} : terminal_of(STDOUT_FILENO);
    report::DumpTextStyle style;
    style.width = terminal.is_terminal ? columns_of(STDOUT_FILENO) : 110;
    style.colours = terminal.colours;
    return style;
}

Result<std::string> rendered(const Dump& dump, const Options& options) {
    if (options.format == "pprof") return report::pprof(dump);
    if (options.format == "json") return report::json_dump(dump) + "\n";
    if (options.format == "folded") return report::folded(dump);
    return report::text_dump(dump, style_of_stdout(!options.output.empty()));
}

int print(const Dump& dump, const Options& options) {
    const auto made = rendered(dump, options);
    if (!made) return complain(made.error());
    const std::string& text = *made;
    if (!options.output.empty()) {
        if (auto written = write_whole(options.output, text, 0666); !written)
            return complain(written.error());
    } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        return complain({Error::Kind::io, "cannot be written", "standard output", {}});
    }
    // Text has them in it; beside the other formats a person still wants to know.
    if (options.format == "folded" || options.format == "pprof" ||
        (options.format == "json" && !options.output.empty()))
        for (const std::string& warning : dump.warnings) fmt::print(stderr, "rampwatch: note: {}\n", warning);
    return static_cast<int>(Exit::healthy);
}

int run_dump(const Options& options) {
    if (options.format == "pprof" && options.output.empty() && terminal_of(STDOUT_FILENO).is_terminal) {
        return complain({Error::Kind::bad_input, "not for a terminal", "--format pprof",
                         "with -o FILE, then: go tool pprof -top FILE"});
    }
    const auto settings = read_dump_options(options.dump);
    if (!settings) return complain(settings.error());
    const auto handle = resolve(options.target);
    if (!handle) return complain(handle.error());
    const probe::Process& process = *handle->process;
    const std::string sudo = ::geteuid() == 0 ? "" : "sudo " + own_command_line();
    if (auto allowed = dump::may_dump(process.pid(), sudo); !allowed) return complain(allowed.error());
    auto taken = dump::take_dump(process.life(), *settings);
    if (!taken) return complain(taken.error());
    if (options.dump.show_args) taken->life.command_line = probe::command_line(process.directory());
    return print(*taken, options);
}

}  // namespace

void add_dump(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("dump", "Reads stacks; writes no core file");
    command->alias("stacks");
    auto options = std::make_shared<Options>();
    add_target_options(*command, options->target);
    command
        ->add_option("--format", options->format,
                     "text, json (one object), folded (for flame graphs), or pprof")
        ->check(CLI::IsMember({"text", "json", "folded", "pprof"}))
        ->capture_default_str();
    command->add_option("-o,--output", options->output, "Write to FILE, whole or not at all")
        ->type_name("FILE");
    add_dump_options(*command, options->dump);
    command->footer(
        "Examples:\n"
        "  rampwatch dump 4711                        where do all these threads stand?\n"
        "  rampwatch dump --format json -o d.json 4711\n"
        "  rampwatch dump --format folded 4711 | flamegraph.pl > threads.svg\n"
        "  rampwatch dump --format pprof -o threads.pb.gz 4711 && go tool pprof -top threads.pb.gz");
    command->callback([&invocation, options] {
        options->target.has_command = invocation.has_command;
        invocation.run = [options] { return run_dump(*options); };
    });
}

}  // namespace rampwatch::cli
