// SPDX-License-Identifier: MIT
// `rampwatch report`: what the histories say, for a person, a mail or a program.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/own_words.h"
#include "cli/console/program_name.h"
#include "cli/console/terminal.h"
#include "cli/options/history_options.h"
#include "cli/options/reader_state.h"
#include "core/base/moment.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/whole_file.h"
#include "core/batch/report_builder.h"
#include "core/report/html_report.h"
#include "core/report/json_report.h"
#include "core/report/text_report.h"
#include "core/store/drill_note.h"
#include "core/store/history_place.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kColumns = 80;

constexpr const char* kExamples = R"(Examples:
  rampwatch report                      all targets here, the most urgent first
  rampwatch report --target nginx --since 9d
  rampwatch report --quiet              for cron: silent unless there is news
  rampwatch report --format html -o report.html

Exit status: 0 no leak, 1 a leak is reported, 2 trouble: a watch that died, a
history that cannot be read.)";

struct Options {
    std::optional<std::string> directory{}, state_directory{}, until{};
    std::string since = "30d", format = "text", only = "all", output{};
    std::vector<std::string> targets{};
    bool quiet = false;
};

std::string drill_key(const std::string& directory, const std::string& target) {
    return "drill of " + batch::told_key(directory, target);
}

Result<batch::ReportRequest> read_request(const Options& options) {
    batch::ReportRequest request{
        .targets = options.targets, .now_wall = wall_now(), .program = program_name()};
    const auto directory = directory_to_read(options.directory);
    if (!directory) return directory.error();
    request.directory = *directory;
    for (std::string& name : request.targets) {
        if (const auto found = store::find_target(*directory, name)) name = *found;
    }
    const auto since = placed(parse_moment(options.since, request.now_wall), "--since");
    if (!since) return since.error();
    request.since_wall = *since;
    if (options.until) {
        const auto until = placed(parse_moment(*options.until, request.now_wall), "--until");
        if (!until) return until.error();
        request.until_wall = *until;
    }
    if (request.until_wall.value_or(request.now_wall) <= request.since_wall)
        return Error{Error::Kind::bad_input, "ends before it begins", "--since",
                     "such as --since 24h --until 1h"};
    return request;
}

std::string rendered(const report::Report& report, const Options& options) {
    if (options.format == "json") return report::json_report(report) + "\n";
    if (options.format == "html") return report::html_report(report);
    const bool utf8 = terminal_of(STDOUT_FILENO).utf8;
    return broken_lines(
        report::text_report(
            report, {.width = kColumns, .glyphs = utf8 ? report::Glyphs::unicode : report::Glyphs::ascii}),
        kColumns);
}

Result<void> put(const std::string& text, const Options& options) {
    if (!options.output.empty()) return write_whole(options.output, text, 0666);
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
        return {};
    return Error{
        Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}};
}

// Exercises that no mail has told yet; of the last day, so that a reader who comes new hears of no old ones.
std::vector<report::Drill> new_drills(const batch::ReportRequest& request) {
    std::vector<report::Drill> drills;
    const auto names = request.targets.empty() ? store::targets_in(request.directory) : request.targets;
    if (!names) return drills;
    for (const std::string& name : *names) {
        const auto held = store::noted_drill(request.directory, name);
        if (!held || request.now_wall - *held > std::chrono::hours(24)) continue;
        const auto told = request.told.find(drill_key(request.directory, name));
        if (told == request.told.end() || told->second.told_wall < held) drills.push_back({name, *held});
    }
    return drills;
}

bool is_told(const report::TargetReport& target, bool quiet) {
    if (target.verdict.claim != Claim::leak) return false;
    if (!quiet) return !target.silenced;
    return std::any_of(target.news.begin(), target.news.end(),
                       [](const report::News& news) { return news.kind <= report::NewsKind::limit_nearer; });
}

Exit status_of(const report::Report& report, bool quiet) {
    const auto& targets = report.targets;
    const bool dead = std::any_of(targets.begin(), targets.end(), [](const report::TargetReport& target) {
        return target.watch == report::WatchState::dead && !target.silenced;
    });
    if (dead || !report.troubles.empty()) return Exit::trouble;
    const bool leak = std::any_of(targets.begin(), targets.end(),
                                  [&](const report::TargetReport& target) { return is_told(target, quiet); });
    return leak ? Exit::leak : Exit::healthy;
}

int run_report(const Options& options) {
    auto request = read_request(options);
    if (!request) return complain(request.error());
    const auto path = told_path(options.state_directory);
    auto told = path ? store::load_told(*path) : Result<store::ToldBook>(path.error());
    bool book_is_bad = false;
    if (told) {
        request->told = *told;
    } else if (options.quiet) {  // everything is news then, rather than nothing
        complain(told.error());
        book_is_bad = true;
    }
    auto report = batch::build_report(*request);
    if (!report) return complain(report.error());
    if (options.directory) report->options = " --history-dir " + shell_word(*options.directory);
    if (report->targets.empty() && report->troubles.empty()) {
        return complain({Error::Kind::not_found, "no history there", escape(request->directory, 256),
                         "watch --history makes one; --history-dir says where"});
    }
    const store::ToldBook before = request->told;
    store::ToldBook after = before;
    for (const auto& target : report->targets)
        after[batch::told_key(request->directory, target.name)] = report::told_now(target, request->now_wall);
    if (options.only == "leaks") {
        std::erase_if(report->targets, [](const report::TargetReport& target) {
            return target.verdict.claim != Claim::leak && target.watch != report::WatchState::dead;
        });
    }
    const bool news =
        !report->troubles.empty() || std::any_of(report->targets.begin(), report->targets.end(),
                                                 [](const auto& target) { return !target.news.empty(); });
    if (options.quiet && options.format != "json") {
        report->left_out_leaks = static_cast<std::size_t>(
            std::count_if(report->targets.begin(), report->targets.end(), [](const auto& target) {
                return target.news.empty() && !target.silenced && target.verdict.claim == Claim::leak;
            }));
        report->left_out =
            std::erase_if(report->targets, [](const auto& target) { return target.news.empty(); });
    }
    const auto drills =
        options.quiet && options.format == "text" ? new_drills(*request) : std::vector<report::Drill>{};
    std::string text = !options.quiet || news ? rendered(*report, options) : "";
    if (!drills.empty())  // a true leak stands first
        text +=
            (text.empty() ? "" : "\n") + broken_lines(report::text_drills(report->host, drills), kColumns);
    if (!text.empty()) {
        if (auto written = put(text, options); !written) return complain(written.error());
    }
    for (const report::Drill& drill : drills)
        after[drill_key(request->directory, drill.target)].told_wall = drill.wall;
    Exit status = book_is_bad ? Exit::trouble : status_of(*report, options.quiet);
    if (status == Exit::healthy && !drills.empty()) status = Exit::leak;
    if (options.quiet && path && !book_is_bad) {  // a report at a prompt is no mail: it uses up no news
        if (auto saved = save_told_at(*path, after); !saved)
            status = static_cast<Exit>(complain(saved.error()));
    }
    return static_cast<int>(status);
}

}  // namespace

Command report_command() {
    Command command{.name = "report", .about = "report what the histories show: text for a mail, HTML, JSON"};
    command.footer = kExamples;
    auto options = std::make_shared<Options>();
    command.add("--target TARGET", &options->targets,
                "only this target, as history list names it; repeatable");
    command.add("--since TIME", &options->since, "show what happened since then: 24h ago, or a date");
    command.add("--until TIME", &options->until, "report what was known then [now]");
    command.add("--format FORMAT", &options->format, "text, html (one file), or json (rampwatch.report/1)")
        .one_of({"text", "html", "json"});
    command.add("--only WHICH", &options->only, "all, or leaks (and watches that died)")
        .one_of({"all", "leaks"});
    command.add("-o,--output FILE", &options->output, "write to FILE, whole or not at all");
    command.add("-q,--quiet", &options->quiet,
                "print nothing unless there is news since the last --quiet: a new leak, a doubled one, a "
                "limit twice as "
                "near, one that is over, a watch that died");
    add_history_dir(command, options->directory);
    add_state_dir(command, options->state_directory);
    command.run = [options] { return run_report(*options); };
    return command;
}

}  // namespace rampwatch::cli
