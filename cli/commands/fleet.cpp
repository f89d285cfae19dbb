// SPDX-License-Identifier: MIT
// rampwatch fleet: the Judge over the metrics that a team has stored already.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/commands/fleet_printer.h"
#include "cli/console/exit.h"
#include "cli/console/status_line.h"
#include "cli/console/terminal.h"
#include "cli/options/fleet_options.h"
#include "core/base/outlet.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;

constexpr const char* kExamples = R"(Examples:
  rampwatch fleet --prometheus http://prometheus:9090 --preset container
  rampwatch fleet --prometheus http://prometheus:9090 \
      --query 'process_resident_memory_bytes{job="api"}' --since 9d --only leaks
  rampwatch fleet --prometheus https://mimir/prometheus \
      --header 'X-Scope-OrgID: a' \
      --bearer-file token --preset jvm --format json

Any server that answers as Prometheus does: Thanos, Mimir, VictoriaMetrics.)";

constexpr std::int64_t kMostLines = 1'000'000;

struct Options {
    FleetOptions fleet{};
    std::string format = "text", only = "all", top = "20", output{}, textfile{};
};

std::atomic<bool> stopped = false;

// The first one lets what is in hand be finished and shown; the second one ends us.
void stop_on_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { stopped = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

// How far it is, on a terminal.
class ProgressLine {
  public:
    ProgressLine() : shown_(terminal_of(STDERR_FILENO).can_redraw), began_(boot_now()) {}

    void show(const harvest::Progress& progress) {
        if (!shown_) return;
        const nanoseconds now = boot_now();
        std::string text =
            fmt::format("{} of {} targets", format_count(static_cast<std::int64_t>(progress.done)),
                        format_count(static_cast<std::int64_t>(progress.all)));
        if (progress.done > 0 && progress.done < progress.all) {
            const double share =
                static_cast<double>(progress.all - progress.done) / static_cast<double>(progress.done);
            text += ", " +
                    format_duration(nanoseconds(
                        static_cast<std::int64_t>(static_cast<double>((now - began_).count()) * share))) +
                    " left";
        }
        line_.show({text}, now);
    }
    void end() {
        if (shown_) outlet_.write(line_.removed(), Outlet::Importance::much);
        outlet_.flush_for(std::chrono::seconds(1));
    }

  private:
    bool shown_;
    nanoseconds began_;
    Outlet outlet_{STDERR_FILENO};
    StatusLine line_{outlet_, STDERR_FILENO};
};

int run_fleet(const Options& options) {
    const auto top = parse_count(options.top);
    if (!top || *top > kMostLines)
        return complain(
            {Error::Kind::bad_input, "not a number of lines: " + escape(options.top, 64), "--top", "0: all"});
    auto settings = read_fleet_options(options.fleet, wall_now());
    if (!settings) return complain(settings.error());
    stop_on_signals();
    settings->server.stop = &stopped;
    settings->with_charts = options.format == "html";
    FleetPrinter printer({.format = options.format,
                          .only_leaks = options.only == "leaks",
                          .top = static_cast<std::size_t>(*top),
                          .output = options.output,
                          .textfile = options.textfile},
                         *settings);
    ProgressLine line;
    const harvest::Outcome outcome = harvest::harvest(
        *settings, [&](harvest::Judged judged) { printer.print(std::move(judged)); },
        [&](const harvest::Progress& progress) { line.show(progress); });
    line.end();
    const int status = printer.finish(outcome);
    if (!stopped) return status;
    return complain({Error::Kind::io,
                     "stopped by a signal: " + format_count(outcome.not_judged) + " targets were not judged",
                     {},
                     {}});
}

}  // namespace

Command fleet_command() {
    Command command{.name = "fleet", .about = "judge what Prometheus has stored of many processes"};
    command.footer = kExamples;
    auto options = std::make_shared<Options>();
    add_fleet_options(command, options->fleet);
    command.heading = "What is printed";
    command.add("--only WHICH", &options->only, "all targets, or only leaks").one_of({"all", "leaks"});
    command.add("--top N", &options->top, "show this many lines; 0: all");
    command
        .add("--format FORMAT", &options->format,
             "text, html, or json (rampwatch.analysis/1, an object a target)")
        .one_of({"text", "json", "html"});
    command.add("-o,--output FILE", &options->output, "write to this file, whole or not at all");
    command.add("--textfile FILE", &options->textfile,
                "also write what was found as metrics, for node_exporter's textfile collector");
    command.run = [options] { return run_fleet(*options); };
    return command;
}

}  // namespace rampwatch::cli
