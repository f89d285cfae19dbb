// SPDX-License-Identifier: MIT
// `rampwatch status`: one line per target that is recorded on this host.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/program_name.h"
#include "cli/console/terminal.h"
#include "cli/options/history_options.h"
#include "cli/options/reader_state.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/batch/report_builder.h"
#include "core/model/words.h"
#include "core/report/fitted_table.h"
#include "core/report/json_status.h"
#include "core/report/text_table.h"
#include "core/report/verdict_words.h"
#include "core/store/history_place.h"
#include "core/store/told_book.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;

struct Options {
    std::optional<std::string> directory{}, state_directory{};
    std::string format = "text";
};

std::string memory_of(const report::TargetReport& target) {
    const auto& last = target.context.last;
    const auto memory = last ? value_of(*last, Series::memory) : std::nullopt;
    return memory ? format_size(static_cast<double>(*memory)) : "-";
}

std::string slope_of(const Verdict& verdict, const report::RateColumn& rates) {
    const SeriesVerdict* series = report::leader(verdict);
    return series != nullptr && series->slope_per_s ? rates.cell(series->series, *series->slope_per_s) : "-";
}

std::string limit_of(const Verdict& verdict) {
    const auto& ahead = verdict.forecast ? verdict.forecast : verdict.limit_near;
    if (!ahead) return "-";
    const auto eta = nanoseconds(static_cast<std::int64_t>(std::clamp(ahead->eta_s, 0.0, 9e9) * 1e9));
    return (ahead->beyond ? "> " : "") + format_duration(eta);
}

const char* watcher_of(const report::TargetReport& target, bool is_written) {
    switch (target.watch) {
        case report::WatchState::dead:
            return is_written ? "SILENT" : "DEAD";
        case report::WatchState::ended:
            return "ended";
        case report::WatchState::absent:
            return "absent";
        case report::WatchState::watched:
            break;
    }
    if (is_written) return "alive";
    return target.one_shot ? "sampled" : "GONE";
}

std::vector<std::string> cells_of(const report::TargetReport& target, const batch::ReportRequest& request,
                                  const report::RateColumn& rates) {
    const auto ago = [&](nanoseconds wall) {
        return format_duration(std::max(request.now_wall - wall, nanoseconds(0))) + " ago";
    };
    std::string watcher = watcher_of(target, store::is_written(request.directory, target.name));
    if (target.silenced) watcher += ", silenced";
    return {escape(target.name, 64),
            target.alive && target.who.pid != 0 ? std::to_string(target.who.pid) : "-",
            memory_of(target),
            std::string(word(target.verdict.claim)),
            slope_of(target.verdict, rates),
            limit_of(target.verdict),
            target.last_wall ? ago(*target.last_wall) : "-",
            std::move(watcher)};
}

void print_table(const report::Report& report, const batch::ReportRequest& request) {
    report::RateColumn rates;
    for (const auto& target : report.targets) {
        const SeriesVerdict* series = report::leader(target.verdict);
        if (series != nullptr && series->slope_per_s) rates.add(series->series, *series->slope_per_s);
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& target : report.targets) rows.push_back(cells_of(target, request, rates));
    fmt::print("{}", report::fitted_table({{.title = "target"},
                                           {.title = "PID", .right = true, .worth = 1},
                                           {.title = "memory", .right = true},
                                           {.title = "claim"},
                                           {.title = "slope", .right = true, .worth = 4},
                                           {.title = "limit in", .right = true, .worth = 3},
                                           {.title = "last sample", .right = true, .worth = 2},
                                           {.title = "watcher"}},
                                          std::move(rows), columns_of(STDOUT_FILENO)));
}

void print_json(const report::Report& report, const batch::ReportRequest& request) {
    std::vector<report::StatusRow> rows;
    for (const auto& target : report.targets) {
        std::string watcher = watcher_of(target, store::is_written(request.directory, target.name));
        for (char& letter : watcher)
            letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        rows.push_back({&target, std::move(watcher)});
    }
    fmt::print("{}\n", report::json_status(rows, report));
}

int run_status(const Options& options) {
    const auto directory = directory_to_read(options.directory);
    if (!directory) return complain(directory.error());
    const nanoseconds now = wall_now();
    batch::ReportRequest request{
        .directory = *directory, .since_wall = now, .now_wall = now, .program = program_name()};
    if (const auto path = told_path(options.state_directory)) {
        if (auto told = store::load_told(*path)) request.told = *told;  // whose targets are acknowledged
    }
    const auto report = batch::build_report(request);
    if (!report) return complain(report.error());
    if (report->targets.empty() && report->troubles.empty()) {
        return complain({Error::Kind::not_found, "no history there", escape(*directory, 256),
                         "watch --history makes one; --history-dir says where"});
    }
    if (options.format == "json") {
        print_json(*report, request);
    } else {
        print_table(*report, request);
    }
    int status = static_cast<int>(Exit::healthy);
    for (const auto& target : report->targets) {
        if (target.verdict.claim == Claim::leak) status = std::max(status, static_cast<int>(Exit::leak));
        if (target.watch == report::WatchState::dead) status = static_cast<int>(Exit::trouble);
    }
    for (const Error& trouble : report->troubles) status = complain(trouble);
    if (std::fflush(stdout) == 0) return status;
    return complain(
        {Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}});
}

}  // namespace

Command status_command() {
    Command command{.name = "status",
                    .about = "show one line per target that is watched or recorded on this host"};
    command.footer =
        "Exit status: 0 no leak, 1 a leak, 2 trouble: a watch that died, a\n"
        "history that cannot be read.";
    auto options = std::make_shared<Options>();
    add_history_dir(command, options->directory);
    add_state_dir(command, options->state_directory);
    command.add("--format FORMAT", &options->format, "text or json (rampwatch.status/1, one object)")
        .one_of({"text", "json"});
    command.run = [options] { return run_status(*options); };
    return command;
}

}  // namespace rampwatch::cli
