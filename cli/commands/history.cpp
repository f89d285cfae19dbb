// SPDX-License-Identifier: MIT
// `rampwatch history`: what was recorded, out of the database and back into a sound one.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/terminal.h"
#include "cli/options/history_options.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/fitted_table.h"
#include "core/report/json_status.h"
#include "core/store/csv_text.h"
#include "core/store/history_absence.h"
#include "core/store/history_reader.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;

constexpr const char* kExamples = R"(Examples:
  rampwatch history list
  rampwatch history export nginx > nginx.csv; rampwatch analyze nginx.csv
  rampwatch history prune --before 90d nginx
  rampwatch history check                   exit status 2 when a file is damaged)";

struct Options {
    std::optional<std::string> directory{}, before{}, keep{}, output{};
    std::vector<std::string> targets{};
    std::optional<std::string> format{};
    std::string action{};
};

int failed_output() {
    return complain(
        {Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}});
}

// Those named, else all.
Result<std::vector<std::string>> chosen(const std::string& directory, const std::vector<std::string>& named) {
    std::vector<std::string> found;
    for (const std::string& name : named) {
        auto target = store::find_target(directory, name);
        if (!target) return target.error();
        found.push_back(std::move(*target));
    }
    if (!found.empty()) return found;
    auto targets = store::targets_in(directory);
    if (targets && targets->empty()) {
        return Error{Error::Kind::not_found, "no history there", escape(directory, 256),
                     "watch --history makes one; --history-dir says where"};
    }
    return targets;
}

Result<report::HistoryRow> row_of(const std::string& directory, const std::string& target) {
    auto reader = store::HistoryReader::open(directory, target);
    if (!reader) return reader.error();
    const auto size = reader->size();
    const auto lives = reader->lives();
    const auto newest = reader->newest_look();
    const auto watch = reader->last_watch();
    if (!size) return size.error();
    if (!lives) return lives.error();
    if (!newest) return newest.error();
    if (!watch) return watch.error();
    report::HistoryRow row{.target = target, .lives = static_cast<std::int64_t>(lives->size())};
    if (!lives->empty()) row.since_wall = lives->front().began_wall;
    if (*newest) row.last_wall = std::visit([](const auto& look) { return look.wall; }, (*newest)->look);
    row.samples = size->samples;
    row.minutes = size->minutes;
    row.tens = size->tens;
    row.file_bytes = size->file_bytes;
    const bool expected = *watch && !(*watch)->ended_wall;
    row.state = store::is_written(directory, target)           ? "watched"
                : expected                                     ? "not watched"
                : *watch && (*watch)->reason == store::kAbsent ? "absent"
                                                               : "ended";
    return row;
}

std::string minute_of(const std::optional<nanoseconds>& wall) {
    return wall ? format_time(*wall).substr(0, 16) : "-";
}

// On a terminal no wider than that; elsewhere whole.
void print_table(const std::vector<report::HistoryRow>& rows) {
    constexpr std::size_t kWhole = 200;
    const std::size_t width = terminal_of(STDOUT_FILENO).is_terminal ? columns_of(STDOUT_FILENO) : kWhole;
    std::vector<std::vector<std::string>> cells;
    for (const auto& row : rows)
        cells.push_back({escape(row.target, 64), format_count(row.lives), minute_of(row.since_wall),
                         minute_of(row.last_wall), format_count(row.samples), format_count(row.minutes),
                         format_count(row.tens), format_size(static_cast<double>(row.file_bytes)),
                         row.state});
    fmt::print("{}", report::fitted_table({{.title = "target"},
                                           {.title = "lives", .right = true, .worth = 3},
                                           {.title = "since", .worth = 5},
                                           {.title = "last sample"},
                                           {.title = "samples", .right = true, .worth = 2},
                                           {.title = "minutes", .right = true, .worth = 1},
                                           {.title = "10 min", .right = true, .worth = 1},
                                           {.title = "size", .right = true, .worth = 4},
                                           {.title = "state"}},
                                          std::move(cells), width));
}

int run_list(const Options& options) {
    const auto directory = directory_to_read(options.directory);
    if (!directory) return complain(directory.error());
    const auto targets = chosen(*directory, options.targets);
    if (!targets) return complain(targets.error());
    std::vector<report::HistoryRow> rows;
    std::vector<Error> troubles;
    for (const auto& target : *targets) {
        auto row = row_of(*directory, target);
        if (row) rows.push_back(std::move(*row));
        if (!row) troubles.push_back(row.error());
    }
    if (options.format == "json") {
        fmt::print("{}\n", report::json_histories(rows, troubles));
    } else {
        print_table(rows);
    }
    int status = static_cast<int>(Exit::healthy);
    for (const Error& trouble : troubles) status = complain(trouble);
    return std::fflush(stdout) == 0 ? status : failed_output();
}

int run_export(const Options& options) {
    const auto directory = directory_to_read(options.directory);
    if (!directory) return complain(directory.error());
    if (options.targets.size() != 1) {
        return complain({Error::Kind::bad_input, "one target is exported at a time", "TARGET",
                         "rampwatch history list names them"});
    }
    const auto target = store::find_target(*directory, options.targets.front());
    if (!target) return complain(target.error());
    auto reader = store::HistoryReader::open(*directory, *target);
    if (!reader) return complain(reader.error());
    const auto looks = reader->looks({}, store::HistoryReader::Lives::all);
    if (!looks) return complain(looks.error());
    const auto size = reader->size();
    if (!size) return complain(size.error());
    store::CsvText csv(size->minutes + size->tens > 0);
    fmt::print("{}", csv.header());
    while (true) {
        const auto record = (*looks)->next();
        if (!record) return complain(record.error());
        if (!record->has_value()) break;
        const std::string& text = csv.line(**record);
        if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) return failed_output();
    }
    return std::fflush(stdout) == 0 ? static_cast<int>(Exit::healthy) : failed_output();
}

int run_check(const Options& options) {
    const auto directory = directory_to_read(options.directory);
    if (!directory) return complain(directory.error());
    const auto targets = chosen(*directory, options.targets);
    if (!targets) return complain(targets.error());
    int status = static_cast<int>(Exit::healthy);
    for (const auto& target : *targets) {
        auto reader = store::HistoryReader::open(*directory, target);
        const auto found = reader ? reader->check() : Result<std::vector<std::string>>(reader.error());
        if (!found) {
            status = complain(found.error());
            continue;
        }
        fmt::print("{}: {}\n", escape(target, 64), found->empty() ? "sound" : "DAMAGED");
        for (const auto& line : *found) fmt::print("  {}\n", line);
        if (!found->empty()) status = static_cast<int>(Exit::trouble);
    }
    return std::fflush(stdout) == 0 ? status : failed_output();
}

int run_prune(const Options& options) {
    const auto directory = directory_to_read(options.directory);
    if (!directory) return complain(directory.error());
    std::optional<nanoseconds> before;
    if (options.before) {
        const auto age = parse_duration(*options.before);
        if (!age) return complain(placed(age.error(), "--before"));
        before = wall_now() - *age;
    }
    std::optional<store::Retention> keep;
    if (options.keep) {
        const auto parsed = parse_retention(*options.keep);
        if (!parsed) return complain(parsed.error());
        keep = *parsed;
    }
    const auto targets = chosen(*directory, options.targets);
    if (!targets) return complain(targets.error());
    int status = static_cast<int>(Exit::healthy);
    for (const auto& target : *targets) {
        const auto pruned = store::prune_history({.directory = *directory}, target, before, keep);
        if (!pruned) status = complain(pruned.error());
    }
    return status;
}

int run_history(const Options& options) {
    const bool prunes = options.action == "prune";
    if (!prunes && (options.before || options.keep)) {
        return complain({Error::Kind::bad_input, "is for prune only",
                         options.before ? "--before" : "--history-keep", "rampwatch history prune"});
    }
    const bool lists = options.action == "list";
    if (options.format && *options.format != (options.action == "export" ? "csv" : "text") &&
        !(lists && *options.format == "json")) {
        return complain({Error::Kind::bad_input,
                         fmt::format("{} has no such format: {}", options.action, *options.format),
                         "--format", "list has text and json, export csv"});
    }
    if (prunes) return run_prune(options);
    if (options.action == "export") return run_export(options);
    return options.action == "check" ? run_check(options) : run_list(options);
}

}  // namespace

Command history_command() {
    Command command{.name = "history",
                    .about = "list, export, prune and check what watch --history recorded"};
    command.footer = kExamples;
    auto options = std::make_shared<Options>();
    command
        .add("ACTION", &options->action,
             "list (one line per target), export (all samples of one target, for analyze), prune (thin "
             "out and delete by hand), check (read each file completely)")
        .one_of({"list", "export", "prune", "check"})
        .required();
    command.add("TARGET", &options->targets, "only these, as list names them");
    add_history_dir(command, options->directory);
    command
        .add("--format FORMAT", &options->format,
             "of list: text or json (rampwatch.histories/1); of export: csv")
        .one_of({"text", "json", "csv"});
    command.add("--before AGE", &options->before, "prune: delete everything older than this");
    command.add("--history-keep AGES", &options->keep,
                "prune: thin out by these ages instead of the recorded ones");
    command.run = [options] { return run_history(*options); };
    return command;
}

}  // namespace rampwatch::cli
