// SPDX-License-Identifier: MIT
// rampwatch fleet: the Judge over the metrics that a team has stored already.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/status_line.h"
#include "cli/console/terminal.h"
#include "cli/options/fleet_options.h"
#include "core/base/outlet.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/base/whole_file.h"
#include "core/report/fleet_table.h"
#include "core/report/json_verdict.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;

constexpr const char* kExamples = R"(Examples:
  rampwatch fleet --prometheus http://prometheus:9090 --preset container
  rampwatch fleet --prometheus http://prometheus:9090 \
      --query 'process_resident_memory_bytes{job="api"}' --since 9d --only leaks
  rampwatch fleet --prometheus https://mimir/prometheus --header 'X-Scope-OrgID: a' \
      --bearer-file token --preset jvm --format json

Any server that answers as Prometheus does: Thanos, Mimir, VictoriaMetrics.)";

struct Options {
    FleetOptions fleet{};
    std::string format = "text", only = "all", top = "20", output{};
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

std::string count_of(std::int64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", format_count(count), count == 1 ? one : many);
}

// What was met on the way, a sentence each.
std::vector<std::string> notes_of(const harvest::Outcome& outcome, const harvest::Settings& settings) {
    std::vector<std::string> notes;
    const auto& [asked, answers, partial, values] = outcome.notes;
    const auto note = [&](std::int64_t count, std::string_view one, std::string_view many) {
        if (count > 0) notes.push_back(count_of(count, one, many));
    };
    for (const std::string& text : answers.warnings) notes.push_back("the server warns: " + text);
    note(partial, "answer was partial, as the server says: a part of its storage did not answer",
         "answers were partial, as the server says: a part of its storage did not answer");
    if (settings.shards > 1)
        notes.push_back(fmt::format("{} belong to other shards than {}/{}",
                                    count_of(outcome.of_other_shards, "series", "series"), settings.shard,
                                    settings.shards));
    if (outcome.is_cut)
        notes.push_back(
            fmt::format("more than {} targets: the rest was not looked at (--shard, or a narrower "
                        "--query)",
                        format_count(static_cast<std::int64_t>(fleet::kMostTargets))));
    note(values.unknown, "value is unknown (NaN) and was left out",
         "values are unknown (NaN) and were left out");
    note(values.impossible, "value is none that a process can have and was left out",
         "values are none that a process can have and were left out");
    note(values.off_grid, "value is of a time that was not asked for and was left out",
         "values are of times that were not asked for and were left out");
    note(values.twice, "moment was told by two series of one target: the first one counts",
         "moments were told by two series of one target: the first one counts");
    note(values.gaps, "gap: a target was silent and came back", "gaps: targets were silent and came back");
    note(answers.cut_labels, "series has more or longer labels than are kept",
         "series have more or longer labels than are kept");
    note(asked.again, "question had to be asked again", "questions had to be asked again");
    note(asked.smaller, "time the server wanted less at once", "times the server wanted less at once");
    return notes;
}

void say_notes(const harvest::Outcome& outcome, const harvest::Settings& settings) {
    for (const std::string& note : notes_of(outcome, settings))
        fmt::print(stderr, "{}\n", broken_at_spaces("rampwatch: " + note, columns_of(STDERR_FILENO)));
}

// Where results go: standard output, or a file that is there whole or not at all.
class Output {
  public:
    explicit Output(std::string path) : path_(std::move(path)) {}

    void put(const std::string& text) {
        if (!path_.empty()) {
            whole_ += text;
        } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
            failed_ = true;
        }
    }
    Result<void> finish() {
        if (!path_.empty()) return write_whole(path_, whole_, 0666);
        if (std::fflush(stdout) == 0 && !failed_) return {};
        return Error{
            Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}};
    }

  private:
    std::string path_, whole_{};
    bool failed_ = false;
};

std::string json_line_of(const harvest::Judged& judged, const std::string& url) {
    report::AnalysisSource source{.name = url, .format = "Prometheus"};
    for (const Label& label : judged.labels) source.labels.emplace_back(label.name, label.value);
    return report::json_analysis(judged.verdict, source) + "\n";
}

Exit status_of(const harvest::Outcome& outcome, std::int64_t leaks) {
    const bool incomplete =
        outcome.trouble || outcome.not_judged > 0 || outcome.is_cut || outcome.notes.partial > 0;
    if (incomplete) return Exit::trouble;
    return leaks > 0 ? Exit::leak : Exit::healthy;
}

report::FleetFrame frame_of(const harvest::Settings& settings, const harvest::Outcome& outcome) {
    const fleet::Grid& grid = settings.grid;
    const std::int64_t end_ms = time_ms(grid, grid.count - 1);
    return {.wall = std::chrono::milliseconds(end_ms),
            .time = std::chrono::milliseconds(end_ms - grid.start_ms),
            .step = std::chrono::milliseconds(grid.step_ms),
            .not_judged = outcome.not_judged,
            .silent = outcome.silent};
}

int run_fleet(const Options& options) {
    const auto top = parse_count(options.top);
    if (!top || *top > 1'000'000)
        return complain(
            {Error::Kind::bad_input, "not a number of lines: " + escape(options.top, 64), "--top", "0: all"});
    auto settings = read_fleet_options(options.fleet, wall_now());
    if (!settings) return complain(settings.error());
    stop_on_signals();
    settings->server.stop = &stopped;
    const bool json = options.format == "json", leaks = options.only == "leaks";
    report::FleetTable table(static_cast<std::size_t>(*top), leaks);
    Output output(options.output);
    ProgressLine line;
    const harvest::Outcome outcome = harvest::harvest(
        *settings,
        [&](harvest::Judged judged) {
            if (json && (!leaks || judged.verdict.ever_leak))
                output.put(json_line_of(judged, settings->server.url));
            table.add(report::fleet_row(judged.labels, std::move(judged.workload), judged.verdict));
        },
        [&](const harvest::Progress& progress) { line.show(progress); });
    line.end();
    say_notes(outcome, *settings);
    if (outcome.targets == 0 && !outcome.trouble && outcome.of_other_shards == 0)
        return complain({Error::Kind::not_found, "no series matches in that time",
                         escape(settings->server.url, 200), "--query and --since say which"});
    const std::size_t columns = options.output.empty() ? columns_of(STDOUT_FILENO) : 80;
    if (!json && table.targets() > 0) output.put(table.text(frame_of(*settings, outcome), columns));
    const auto written = output.finish();
    if (!written) return complain(written.error());
    if (outcome.trouble) return complain(*outcome.trouble);
    if (stopped)
        return complain({Error::Kind::io,
                         fmt::format("stopped by a signal: {} not judged",
                                     count_of(outcome.not_judged, "target is", "targets are")),
                         {},
                         {}});
    return static_cast<int>(status_of(outcome, table.leaks()));
}

}  // namespace

Command fleet_command() {
    Command command{.name = "fleet", .about = "judge what Prometheus has stored of many processes"};
    command.footer = kExamples;
    auto options = std::make_shared<Options>();
    add_fleet_options(command, options->fleet);
    command.add("--only WHICH", &options->only, "all, or leaks").one_of({"all", "leaks"});
    command.add("--top N", &options->top, "show so many lines; 0: all");
    command
        .add("--format FORMAT", &options->format, "text or json (rampwatch.analysis/1, an object a target)")
        .one_of({"text", "json"});
    command.add("-o,--output FILE", &options->output, "write to this file, whole or not at all");
    command.run = [options] { return run_fleet(*options); };
    return command;
}

}  // namespace rampwatch::cli
