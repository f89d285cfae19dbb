// SPDX-License-Identifier: MIT
// `rampwatch dump`: what all threads of a process are doing, identical stacks counted.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

#include "cli/commands/commands.h"
#include "cli/console/dump_output.h"
#include "cli/console/exit.h"
#include "cli/console/own_words.h"
#include "cli/options/dump_options.h"
#include "cli/options/member_lives.h"
#include "cli/options/service_options.h"
#include "cli/options/target_options.h"
#include "core/base/text.h"
#include "core/dump/backend.h"
#include "core/dump/member_dumps.h"
#include "core/probe/permission.h"
#include "core/worker/go_profile.h"

namespace rampwatch::cli {
namespace {

struct Options {
    TargetOptions target{};
    ServiceOptions service{};
    DumpOutput output{};
    DumpOptions dump{};
    bool memory = false, dry_run = false;
};

// What the kernel would refuse is told by asking it the same questions; the target does not notice.
int dry_run(const probe::Process& process, const dump::Settings& settings) {
    const auto attach = probe::may_attach(process.pid());
    if (!attach && settings.backend != dump::Choice::automatic && settings.backend != dump::Choice::native)
        return complain(attach.error());
    if (const auto threads = probe::may_read_threads(process); !threads) return complain(threads.error());
    fmt::print("PID {} ({}): its stacks can be read\n", process.pid(), escape(process.life().comm, 64));
    if (!attach) fmt::print("only with --backend native: {}\n", to_string(attach.error()));
    return static_cast<int>(Exit::healthy);
}

// What is one process's alone.
std::optional<Error> not_of_several(const Options& options, const dump::Settings& settings) {
    const char* hint = "name one PID";
    if (options.memory) return Error{Error::Kind::bad_input, "reads one process only", "--memory", hint};
    if (options.dry_run) return Error{Error::Kind::bad_input, "checks one process only", "--dry-run", hint};
    if (!settings.pprof.place.empty() && settings.pprof.place != worker::kPprofAuto)
        return Error{Error::Kind::bad_input, "an address belongs to one process only", "--pprof",
                     "auto asks each process where it listens"};
    return std::nullopt;
}

// Of all processes of a service or a tree.
int run_members(const Options& options, const ServiceSettings& service, const dump::Settings& settings) {
    if (const auto error = not_of_several(options, settings)) return complain(*error);
    const auto lives = member_lives(service);
    if (!lives) return complain(lives.error());
    auto taken = dump::take_member_dumps(*lives, settings);
    if (!taken) {
        Error error = taken.error();
        if (error.kind == Error::Kind::no_permission && error.hint.empty() && ::geteuid() != 0)
            error.hint = "sudo " + own_command_line();
        return complain(error);
    }
    if (options.dump.show_args) {
        for (DumpMember& member : taken->members)
            if (const auto process = probe::Process::open(member.life.pid))
                member.life.command_line = probe::command_line(process->directory());
    }
    return print(*taken, options.output);
}

int run_dump(const Options& options) {
    if (refused(options.output)) return static_cast<int>(Exit::trouble);
    auto settings = read_dump_options(options.dump);
    if (!settings) return complain(settings.error());
    if (options.memory) settings->memory_budget = settings->timeout;
    if (options.service.unit || options.service.tree) {
        const auto service = read_service_options(options.service, options.target);
        return service ? run_members(options, **service, *settings) : complain(service.error());
    }
    const auto handle = resolve(options.target);
    if (!handle) return complain(handle.error());
    const probe::Process& process = *handle->process;
    std::string sudo = ::geteuid() == 0 ? "" : "sudo " + own_command_line();
    if (const auto dry = sudo.find(" --dry-run"); dry != std::string::npos) sudo.erase(dry, 10);
    const auto allowed = probe::may_dump(process.pid(), sudo);
    if (!allowed && settings->pprof.place.empty()) return complain(allowed.error());
    if (options.dry_run) return dry_run(process, *settings);
    auto taken = dump::take_dump(process.life(), *settings);
    if (!taken) return complain(taken.error());
    if (options.dump.show_args) taken->life.command_line = probe::command_line(process.directory());
    return print(*taken, options.output);
}

}  // namespace

Command dump_command(const Invocation& invocation) {
    Command command{.name = "dump",
                    .about = "read the stacks of a process, identical ones grouped; no core file"};
    command.alias = "stacks";
    auto options = std::make_shared<Options>();
    add_target_options(command, options->target);
    command.add("--unit NAME", &options->service.unit,
                "a systemd service: all its processes, identical stacks counted together");
    command.add("--tree PID", &options->service.tree, "the same for this process and its children");
    add_dump_output(command, options->output);
    add_dump_options(command, options->dump);
    command.add("--memory", &options->memory, "also show what the memory consists of, by mapping");
    command.add("--dry-run", &options->dry_run, "read nothing; say whether it would work, and if not, why");
    command.footer =
        "Examples:\n"
        "  rampwatch dump 4711                  where do all these threads stand?\n"
        "  rampwatch dump --unit shop           in all its workers, as one\n"
        "  rampwatch dump --format json -o d.json 4711\n"
        "  rampwatch dump --format folded 4711 | flamegraph.pl > threads.svg\n"
        "  rampwatch dump --pprof auto 4711     goroutines as the program itself has them\n"
        "  rampwatch dump --format pprof -o t.pb.gz 4711; go tool pprof -top t.pb.gz";
    options->target.has_command = invocation.has_command;
    command.run = [options] { return run_dump(*options); };
    return command;
}

}  // namespace rampwatch::cli
