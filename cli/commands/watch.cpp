// SPDX-License-Identifier: MIT
// `rampwatch watch`: options, and the wiring of Feeds and listeners around one Session.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "cli/console/command_line.h"
#include "cli/console/exit.h"
#include "cli/console/version.h"
#include "cli/options/config_file.h"
#include "cli/options/dump_options.h"
#include "cli/options/heap_options.h"
#include "cli/options/judge_options.h"
#include "cli/options/metrics_options.h"
#include "cli/options/service_options.h"
#include "cli/options/target_options.h"
#include "cli/watch/process_watch.h"
#include "cli/watch/service_watch.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/listen/leak_command.h"
#include "core/probe/sampler.h"
#include "core/systemd/journal.h"
#include "core/systemd/notify.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr const char* kExamples = R"(Examples:
  rampwatch watch 4711                 until Ctrl-C; says when it leaks, and why
  rampwatch watch --name myservice --record mem.csv
  rampwatch watch --follow --history --name myservice       through its restarts
  rampwatch watch --unit nginx         a service of systemd, all its processes
  rampwatch watch --tree 4711          a process and its children, and their sum
  rampwatch watch -q --for 12h --pidfile /run/myservice.pid             for cron
  rampwatch watch --patience 20m --leak-status 99 -- ./load-test

A leak is confirmed after --patience at the earliest: growth that lasts less may
be a warm-up.)";

struct Options {
    TargetOptions target{};
    ServiceOptions service{};
    JudgeOptions judge{};
    DumpOptions dump{};
    std::optional<std::string> interval{}, most_time{}, most_samples{}, record{}, leak_status{},
        dump_directory{}, dump_every{}, config{};
    HeapOptions heap{};
    std::optional<std::string> state{}, save{};
    HistoryOptions history{};
    listen::MetricsOptions metrics{};
    std::optional<std::string> leak_file{}, on_leak{};
    bool has_history = false, exit_on_leak = false, no_dumps = false, quiet = false;
    std::string explain{};  // empty, brief or all
    std::string format = "text";
};

bool keeps_history(const Options& options) { return options.has_history || options.history.directory; }

Result<nanoseconds> read_interval(const Options& options, nanoseconds patience) {
    // Years of it are to stay small.
    const nanoseconds longest = keeps_history(options) || options.service.unit ? 10s : 1s;
    if (!options.interval) return std::clamp<nanoseconds>(patience / 1000, probe::kShortestInterval, longest);
    const auto interval = parse_duration(*options.interval);
    if (!interval) return placed(interval.error(), "--interval");
    if (*interval < probe::kShortestInterval || *interval > 1h) {
        return Error{Error::Kind::bad_input, "out of range: " + escape(*options.interval, 64), "--interval",
                     "from 10ms to 1h"};
    }
    return interval;
}

Result<std::int64_t> read_count(const std::string& text, std::int64_t least, std::int64_t most,
                                std::string where) {
    const auto count = parse_count(text);
    if (count && *count >= least && *count <= most) return *count;
    return Error{Error::Kind::bad_input,
                 fmt::format("not a number from {} to {}: {}", least, most, escape(text, 64)),
                 std::move(where),
                 {}};
}

// How long the watch lasts, and the status that it ends with.
std::optional<Error> read_end(const Options& options, WatchSettings& settings) {
    settings.stop.exit_on_leak = options.exit_on_leak;
    settings.stop.has_command = options.target.has_command;
    if (options.most_time) {
        const auto time = parse_duration(*options.most_time);
        if (!time) return placed(time.error(), "--for");
        if (*time <= 0s)
            return Error{Error::Kind::bad_input, "the time is zero", "--for", "such as 30s, 2h or 9d"};
        settings.stop.most_time = *time;
    }
    if (options.most_samples) {
        const auto count = read_count(*options.most_samples, 1, 1'000'000'000'000, "--samples");
        if (!count) return count.error();
        settings.stop.most_samples = *count;
    }
    if (options.leak_status) {
        const auto status = read_count(*options.leak_status, 0, 255, "--leak-status");
        if (!status) return status.error();
        settings.leak_status = static_cast<int>(*status);
    }
    return std::nullopt;
}

// What is done about a leak: dumps, a command, and how long their end is waited for.
std::optional<Error> read_deeds(const Options& options, WatchSettings& settings) {
    const auto dump = read_dump_options(options.dump);
    if (!dump) return dump.error();
    settings.dump = *dump;
    const auto sample = read_heap_options(options.heap);
    if (!sample) return sample.error();
    settings.dump.heap.sample_bytes = *sample;
    settings.dump_directory = options.dump_directory;
    settings.show_args = options.dump.show_args;
    settings.session.dumps = !options.no_dumps;
    if (options.dump_every) {
        const auto every = parse_duration(*options.dump_every);
        if (!every) return placed(every.error(), "--dump-every");
        if (*every < 1s || *every > 24h)
            return Error{Error::Kind::bad_input, "out of range: " + escape(*options.dump_every, 64),
                         "--dump-every", "from 1s to 24h"};
        settings.session.dump_every = *every;
    }
    settings.stop.longest_dump = 2 * dump->timeout + 5s;  // the quick second try, and what is queued
    settings.leak_file = options.leak_file;
    if (options.on_leak) {
        auto words = listen::split_command(*options.on_leak);
        if (!words) return placed(words.error(), "--on-leak");
        settings.on_leak = std::move(*words);
        settings.stop.longest_dump = std::max(settings.stop.longest_dump, listen::kLeakCommandTime + 5s);
    }
    return std::nullopt;
}

// What the watch leaves behind, and learns from.
std::optional<Error> read_carry_over(const Options& options, WatchSettings& settings) {
    settings.record = options.record;
    settings.metrics = options.metrics;
    settings.metrics.version = version_number();
    settings.state = options.state;
    settings.save = options.save;
    if (keeps_history(options)) {
        settings.history = options.history;
        const auto history = read_history_options(options.history, "target");
        return history ? std::nullopt : std::optional(history.error());
    }
    const char* needs_history = options.history.name    ? "--history-name"
                                : options.history.group ? "--history-group"
                                : options.history.keep  ? "--history-keep"
                                                        : nullptr;
    if (needs_history != nullptr)
        return Error{Error::Kind::bad_input, "needs --history", needs_history,
                     "without it no history is kept"};
    return std::nullopt;
}

// All that was typed, checked before anything is started.
Result<WatchSettings> read_settings(const Options& options) {
    WatchSettings settings;
    const auto judge = read_judge_options(options.judge);
    if (!judge) return judge.error();
    settings.session.judge = *judge;
    const auto interval = read_interval(options, judge->patience);
    if (!interval) return interval.error();
    settings.interval = *interval;
    settings.listener = {.quiet = options.quiet,
                         .explain = explain_of(options.explain),
                         .patience = judge->patience,
                         .interval = *interval};
    settings.json = options.format == "json";
    for (const auto& read : {read_end, read_deeds, read_carry_over}) {
        if (auto error = read(options, settings)) return *error;
    }
    return settings;
}

void add_how_long(Command& command, Options& options) {
    command.add("--for DURATION", &options.most_time, "end the watch after this time");
    command.add("--samples N", &options.most_samples, "end the watch after this many samples");
    command.add("--exit-on-leak", &options.exit_on_leak,
                "end the watch when a leak is confirmed, once its stacks are read");
    command.add("--leak-status N", &options.leak_status, "exit status when a leak was confirmed");
}

void add_what_is_said(Command& command, Options& options) {
    command.add("--format FORMAT", &options.format, "text, or json (rampwatch.event/1, one a line)")
        .one_of({"text", "json"});
    command.add("-q,--quiet", &options.quiet, "print nothing until there is something to report");
    add_explain(command, options.explain);
}

int run_checked(const Options& options, const ConfigPlaces& places) {
    const auto settings = read_settings(options);
    const auto service = read_service_options(options.service, options.target);
    const Error not_both{Error::Kind::bad_input, "not with --unit, --tree or --follow", "--save",
                         "rampwatch report --format html makes a page from the history"};
    const Error* error = !settings ? &settings.error() : !service ? &service.error() : nullptr;
    if (error == nullptr && *service && settings->save) error = &not_both;
    const Error no_service{Error::Kind::bad_input, "needs --unit or --tree", "--leak-file", {}};
    if (error == nullptr && !*service && settings->leak_file) error = &no_service;
    if (error != nullptr) {
        const int trouble = complain(placed_in_config(*error, places));
        if (systemd::is_service()) return kBadUsageOfService;
        return options.target.has_command ? kOurTrouble : trouble;
    }
    return *service ? run_service_watch(**service, *settings) : run_watch(options.target, *settings);
}

// All options of `watch`.
Command declare(const std::shared_ptr<Options>& options) {
    Command command{.name = "watch",
                    .about = "judge a process while it runs, and show which code holds its memory"};
    command.footer = kExamples;
    add_target_options(command, options->target);
    add_service_options(command, options->service);
    command.add("--config FILE", &options->config,
                "options from this file, one per line; repeatable; a leading - means the file may be absent");
    add_judge_options(command, options->judge);
    command.add("-i,--interval DURATION", &options->interval,
                "time between samples [1s; of a service, and with a history, 10s; patience/1000 where that "
                "is less]");
    command.heading = "How long";
    add_how_long(command, *options);
    command.heading = "What is printed";
    add_what_is_said(command, *options);
    add_dump_options(command, options->dump);
    command.add("--no-dumps", &options->no_dumps, "read no stacks");
    command.add("--dump-every DURATION", &options->dump_every,
                "read stacks this often while growth is suspected, to find which grow with the memory");
    add_heap_options(command, options->heap);
    command.heading = "What is kept";
    command.add("--history", &options->has_history,
                "record the target in its own database, for report; goes on through restarts");
    add_history_options(command, options->history);
    command.add("--record FILE", &options->record, "write each sample to this CSV file, for analyze");
    command.add("--state FILE", &options->state,
                "keep what was learned in this file, to continue from it [beside the history]");
    command.add("--save FILE", &options->save,
                "keep this HTML page of the target current, to attach to a ticket");
    command.add("--dump-dir DIR", &options->dump_directory, "keep the newest 10 dumps in this directory");
    add_metrics_options(command, options->metrics);
    command.add("--leak-file FILE", &options->leak_file,
                "with --unit or --tree: keep the event in this file while there is a leak");
    command.add("--on-leak COMMAND", &options->on_leak,
                "when a leak is reported, run this command, without a shell; it reads the event as JSON");
    return command;
}

// What `watch` would say of these words, which set `options` of `line`; empty where it would take them.
std::optional<Error> fault_in(std::vector<std::string> words, const CommandLine& line, const Options& options,
                              const ConfigPlaces& places) {
    if (const auto understood = parse(line, std::move(words)); !understood) {
        Error error = understood.error();
        error.hint.clear();
        return placed_in_config(std::move(error), places);
    }
    if (const auto settings = read_settings(options); !settings)
        return placed_in_config(settings.error(), places);
    if (const auto service = read_service_options(options.service, {}); !service)
        return placed_in_config(service.error(), places);
    return std::nullopt;
}

}  // namespace

Result<std::size_t> check_watch_config(const std::string& file) {
    const auto options = std::make_shared<Options>();
    const CommandLine line{.name = "rampwatch", .commands = {declare(options)}};
    std::vector<std::string> words = {"watch", "--config", file};
    const auto places = expand_config(words, line.commands.front());
    if (!places) return places.error();
    if (auto fault = fault_in(std::move(words), line, *options, *places)) return *fault;
    return places->size();
}

std::vector<Error> faults_in_watch_config(const std::string& file) {
    const auto whole = check_watch_config(file);
    if (whole) return {};
    std::vector<Error> faults;
    const auto text = read_file(file, 1U << 16);
    if (!text) return {whole.error()};
    std::string before;  // ends of the lines before it, so that its place is right
    for (const std::string_view one : split(*text, '\n')) {
        const auto options = std::make_shared<Options>();
        const CommandLine line{.name = "rampwatch", .commands = {declare(options)}};
        const auto setting =
            parse_config(before + std::string(one), file, config_keys(line.commands.front()));
        before += "\n";
        if (!setting) {
            faults.push_back(setting.error());
        } else if (!setting->empty() && setting->front().value != "no") {
            const Setting& said = setting->front();
            const bool is_yes =
                is_flag(*std::ranges::find_if(line.commands.front().options, [&](const Option& option) {
                    return option.names.back() == "--" + said.name;
                }));
            const std::string word = "--" + said.name + (is_yes ? "" : "=" + said.value);
            if (auto fault = fault_in({"watch", word}, line, *options, {{"--" + said.name, said.place}}))
                faults.push_back(std::move(*fault));
        }
    }
    if (faults.empty()) faults.push_back(whole.error());  // between its lines
    return faults;
}

Command watch_command(const Invocation& invocation, std::shared_ptr<const ConfigPlaces> places) {
    auto options = std::make_shared<Options>();
    Command command = declare(options);
    command.starts_command = true;
    options->target.has_command = invocation.has_command;
    options->target.command = invocation.command;
    command.run = [options, places] { return run_checked(*options, *places); };
    return command;
}

}  // namespace rampwatch::cli
