// SPDX-License-Identifier: MIT
// `rampwatch sample`: one sample into the history, for hosts where no watcher may run; cron does the rest.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <utility>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/options/dump_options.h"
#include "cli/options/history_options.h"
#include "cli/options/judge_options.h"
#include "cli/options/service_options.h"
#include "cli/options/target_options.h"
#include "cli/watch/service_watch.h"
#include "core/base/text.h"
#include "core/dump/backend.h"
#include "core/listen/carry_over.h"
#include "core/probe/permission.h"
#include "core/probe/sampler.h"
#include "core/watch/loop.h"

namespace rampwatch::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  */5 * * * * root rampwatch sample --name myservice       in /etc/cron.d
  rampwatch sample --unit nginx                            its processes, in sum
  rampwatch sample --pidfile /run/myservice.pid --patience 12h

A process that was sampled before and is not running is no error: the exit
status is 0, and report --quiet mentions it once. With a patience of 9 h, take a
sample at least every 10 minutes; fewer are kept, but not judged.)";

struct Options {
    TargetOptions target{};
    ServiceOptions service{};
    JudgeOptions judge{};
    DumpOptions dump{};
    HistoryOptions history{};
    bool no_dumps = false;
};

// The first dump of a life, that later ones are compared with. Nobody asked for it, so no Session is told.
void take_baseline(const dump::Settings& settings, const Life& who, listen::CarryOver& carry_over,
                   const watch::Session& session) {
    auto dump = dump::take_dump(who, settings, DumpReason::baseline);
    if (!dump) return;
    dump->mono += carry_over.shift();
    const Event event{.kind = Event::Kind::dump,
                      .life = carry_over.life(),
                      .mono = dump->mono,
                      .wall = dump->wall,
                      .who = who,
                      .dump = std::make_shared<const Dump>(std::move(*dump))};
    for (watch::Listener* listener : carry_over.listeners()) listener->on_event(event, session);
}

Result<store::HistorySettings> history_of(const Options& options, const Life& who,
                                          const trend::Settings& judge) {
    auto history = read_history_options(options.history, options.target.name.value_or(target_name(who)));
    if (!history) return history;
    history->watching = {.one_shot = true,
                         .interval = judge.patience / 100,
                         .patience = judge.patience,
                         .min_growth_bytes = judge.min_growth_bytes,
                         .min_count = judge.min_count};
    return history;
}

bool may_come_back(const TargetOptions& target) { return target.name || target.pidfile; }

// A process that was sampled before and is not there is no trouble of cron's: the history knows, and a report
// tells it once.
int not_there(const Options& options, const Error& error) {
    const auto name = options.history.name ? options.history.name : options.target.name;
    const bool is_gone = error.kind == Error::Kind::not_found || error.kind == Error::Kind::gone;
    if (!is_gone || !name || !may_come_back(options.target)) return complain(error);
    const auto noted = note_absence(options.history, *name);
    if (!noted) return complain(noted.error());
    if (!*noted) return complain(error);
    if (::isatty(STDERR_FILENO) == 1)
        fmt::print(stderr, "rampwatch: {} is not running; its history has a note of it\n", escape(*name, 64));
    return static_cast<int>(Exit::healthy);
}

// Of all its processes and their sum, as a watch of it does, once.
int run_service_sample(const Options& options, const ServiceSettings& service, const trend::Settings& judge,
                       const dump::Settings& dumps) {
    WatchSettings settings{.interval = std::chrono::seconds(10), .dump = dumps};
    settings.session.judge = judge;
    settings.session.dumps = !options.no_dumps;
    settings.stop.most_samples = 1;
    settings.stop.longest_dump = 2 * dumps.timeout + std::chrono::seconds(5);
    settings.listener.quiet = settings.one_shot = true;
    settings.show_args = options.dump.show_args;
    settings.history = options.history;
    return run_service_watch(service, settings);
}

int run_sample(const Options& options) {
    const auto judge = read_judge_options(options.judge);
    if (!judge) return complain(judge.error());
    const auto dumps = read_dump_options(options.dump);
    if (!dumps) return complain(dumps.error());
    const auto service = read_service_options(options.service, options.target);
    if (!service) return complain(service.error());
    if (*service) return run_service_sample(options, **service, *judge, *dumps);
    const auto handle = resolve(options.target);
    if (!handle) return not_there(options, handle.error());
    const probe::Process& process = *handle->process;
    Life who = process.life();
    if (options.dump.show_args) who.command_line = probe::command_line(process.directory());
    auto history = history_of(options, who, *judge);
    if (!history) return complain(history.error());
    auto looker = probe::Looker::open(process);
    if (!looker) return complain(looker.error());

    const bool may_dump = !options.no_dumps && probe::may_dump(process.pid(), "").has_value();
    listen::CarryOver carry_over({.history = std::move(*history)}, [](const std::string& line) {
        fmt::print(stderr, "rampwatch: {}\n", line);
    });
    carry_over.open(who);
    if (carry_over.writer() == nullptr) return static_cast<int>(Exit::trouble);  // said already
    watch::Session session({.judge = *judge, .dumps = may_dump});
    carry_over.teach(session);
    const bool is_known = session.verdict().samples > 0;
    auto sample = looker->look();
    if (!sample) {
        if (may_come_back(options.target)) return static_cast<int>(Exit::healthy);  // the next one notes it
        return complain({Error::Kind::gone, "it has just ended", fmt::format("PID {}", who.pid), {}});
    }
    const LifeNumber life = carry_over.life();
    dump::DumpFeed feed(*dumps, [&](TargetId, LifeNumber) { return std::optional(who); });
    watch::Loop loop(session, {&feed}, carry_over.listeners(), carry_over.shift());
    loop.tell(fact::Appeared{.life = life, .who = who, .mono = sample->mono, .wall = sample->wall});
    loop.tell(fact::Sampled{.life = life, .sample = *sample});
    loop.run([] { return watch::LoopState::drain; });  // a dump that was asked for
    // Not of a process that is just starting: at its second sample.
    if (may_dump && is_known && !carry_over.has_baseline() && !session.newest_dump())
        take_baseline(*dumps, who, carry_over, session);
    carry_over.end(session, "");
    return static_cast<int>(Exit::healthy);
}

}  // namespace

Command sample_command(const Invocation& invocation) {
    Command command{.name = "sample",
                    .about = "take one sample into the history, and a dump when a claim turns; for cron"};
    command.footer = kExamples;
    auto options = std::make_shared<Options>();
    add_target_options(command, options->target);
    command.add("--unit NAME", &options->service.unit, "a systemd service: the sum of all its processes");
    command.add("--tree PID", &options->service.tree, "the sum of this process and its children");
    add_judge_options(command, options->judge);
    add_history_options(command, options->history);
    add_dump_options(command, options->dump);
    command.add("--no-dumps", &options->no_dumps, "read no stacks");
    options->target.has_command = invocation.has_command;
    command.run = [options] { return run_sample(*options); };
    return command;
}

}  // namespace rampwatch::cli
