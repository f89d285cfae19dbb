// SPDX-License-Identifier: MIT
// `rampwatch PID`: what it is and what it holds, in under a second. Not a verdict.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/program_name.h"
#include "cli/target_options.h"
#include "core/base/file.h"
#include "core/probe/proc_text.h"
#include "core/probe/sampler.h"
#include "core/probe/threads.h"
#include "core/report/json_look.h"
#include "core/report/text_look.h"

namespace rampwatch::cli {
namespace {

struct Options {
    TargetOptions target{};
    std::string format = "text";
    bool show_args = false;
};

Error ended(const probe::Process& process) {
    return {Error::Kind::gone, "it ended while we looked at it", fmt::format("PID {}", process.pid())};
}

Result<Look> take_look(const probe::Process& process) {
    auto looker = probe::Looker::open(process);
    if (!looker) return looker.error();
    const auto sample = looker->look();
    const auto state = process.state();
    if (!sample || !state) return ended(process);
    Look look{
        .life = process.life(), .user = probe::user_name(process.uid()), .state = *state, .sample = *sample};
    look.thread_ages = probe::thread_ages(process.directory());
    const auto status = read_file(process.directory(), "status");
    const auto peak_kib = status ? probe::field_of(*status, "VmHWM") : std::nullopt;
    if (peak_kib && *peak_kib < INT64_MAX / 1024) look.peak_rss_bytes = *peak_kib * 1024;
    if (!sample->fds) look.missing.emplace_back("descriptors");
    if (!process.may_inspect()) look.missing.emplace_back("stacks");
    if (!look.missing.empty() && ::geteuid() != 0)
        look.with_rights = fmt::format("sudo {} look {}", program_name(), process.pid());
    return look;
}

int look(const Options& options) {
    const auto handle = resolve(options.target);
    if (!handle) return complain(handle.error());
    auto look = take_look(*handle->process);
    if (!look) return complain(look.error());
    if (options.show_args) look->life.command_line = probe::command_line(handle->process->directory());
    if (options.format == "json") {
        fmt::print("{}\n", report::json_look(*look));
    } else {
        fmt::print("{}", report::text_look(*look, program_name()));
    }
    if (std::fflush(stdout) != 0) return static_cast<int>(Exit::trouble);
    return static_cast<int>(Exit::healthy);
}

}  // namespace

void add_look(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("look", "What a process is and holds, in under a second; no verdict");
    command->footer(
        "Examples:\n"
        "  rampwatch 4711              the same as: rampwatch look 4711\n"
        "  rampwatch look --name nginx --format json");
    auto options = std::make_shared<Options>();
    add_target_options(*command, options->target);
    command->add_option("--format", options->format, "text, or json (rampwatch.look/1)")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    command->add_flag("--show-args", options->show_args, "show its command line, which can hold secrets");
    command->callback([&invocation, options] { invocation.run = [options] { return look(*options); }; });
}

}  // namespace rampwatch::cli
