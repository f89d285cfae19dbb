// SPDX-License-Identifier: MIT
#include "cli/commands/fleet_printer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/console/exit.h"
#include "cli/console/terminal.h"
#include "core/base/public_file.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/base/whole_file.h"
#include "core/report/fleet_metrics.h"
#include "core/report/html_report.h"
#include "core/report/json_verdict.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostOnPage = 1000;  // some 60 KiB each while they are kept

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
    note(partial, "answer was partial: a part of the server's storage did not answer",
         "answers were partial: a part of the server's storage did not answer");
    if (settings.shards > 1)
        notes.push_back(fmt::format("{} belong to other shards than {}/{}",
                                    count_of(outcome.of_other_shards, "series", "series"), settings.shard,
                                    settings.shards));
    if (outcome.is_cut)
        notes.push_back(
            fmt::format("more than {} targets: the rest was left out (--shard, or a narrower "
                        "--query)",
                        format_count(static_cast<std::int64_t>(fleet::kMostTargets))));
    note(values.unknown, "value is unknown (NaN) and was left out",
         "values are unknown (NaN) and were left out");
    note(values.impossible, "value is impossible for a process and was left out",
         "values are impossible for a process and were left out");
    note(values.off_grid, "value has a time that was not asked for and was left out",
         "values have times that were not asked for and were left out");
    note(values.unordered, "value is not later than the one before it and was left out",
         "values are not later than the ones before them and were left out");
    note(values.twice, "sample came from two series of one target: the first one counts",
         "samples came from two series of one target: the first one counts");
    note(values.gaps, "gap: a target was silent and came back", "gaps: targets were silent and came back");
    note(answers.cut_labels, "series has more or longer labels than are kept",
         "series have more or longer labels than are kept");
    note(asked.again, "request had to be sent again", "requests had to be sent again");
    note(asked.smaller, "request was too big for the server and was split",
         "requests were too big for the server and were split");
    return notes;
}

void say_notes(const harvest::Outcome& outcome, const harvest::Settings& settings) {
    for (const std::string& note : notes_of(outcome, settings))
        fmt::print(stderr, "{}\n", broken_at_spaces("rampwatch: " + note, columns_of(STDERR_FILENO)));
}

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

std::chrono::nanoseconds end_of(const fleet::Grid& grid) {
    return std::chrono::milliseconds(time_ms(grid, grid.count - 1));
}

report::FleetFrame frame_of(const harvest::Settings& settings, const harvest::Outcome& outcome) {
    const fleet::Grid& grid = settings.grid;
    return {.wall = end_of(grid),
            .time = end_of(grid) - std::chrono::milliseconds(grid.start_ms),
            .step = std::chrono::milliseconds(grid.step_ms),
            .not_judged = outcome.not_judged,
            .silent = outcome.silent};
}

Error cannot_write_out() {
    return {Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}};
}

report::TargetReport page_of(harvest::Judged judged, const fleet::Grid& grid) {
    report::TargetReport target{.verdict = std::move(judged.verdict),
                                .context = std::move(judged.context),
                                .charts = std::move(judged.charts),
                                .watch = report::WatchState::watched,
                                .interval = std::chrono::milliseconds(grid.step_ms)};
    target.last_wall = target.verdict.wall;
    return target;
}

}  // namespace

FleetPrinter::FleetPrinter(FleetStyle style, const harvest::Settings& settings)
    : style_(std::move(style)), settings_(settings), table_(style_.top, style_.only_leaks) {
    if (style_.format == "html")
        style_.top = style_.top == 0 ? kMostOnPage : std::min(style_.top, kMostOnPage);
}

// At the first text: a run that finds nothing to judge leaves the file that was there.
void FleetPrinter::open_file() {
    if (style_.output.empty() || file_ || trouble_) return;
    auto file = WholeFile::create(style_.output, 0666);
    if (file) {
        file_.emplace(std::move(*file));
    } else {
        trouble_ = file.error();
    }
}

void FleetPrinter::put(const std::string& text) {
    open_file();
    if (trouble_) return;
    if (file_) {
        if (const auto written = file_->write(text); !written) trouble_ = written.error();
    } else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
        trouble_ = cannot_write_out();
    }
}

void FleetPrinter::print(harvest::Judged judged) {
    if (style_.format == "json" && (!style_.only_leaks || judged.verdict.ever_leak))
        put(json_line_of(judged, settings_.server.url));
    report::FleetRow row =
        report::fleet_row(judged.labels, judged.workload, judged.verdict, end_of(settings_.grid),
                          std::chrono::milliseconds(settings_.grid.step_ms));
    if (style_.format == "html" && (!style_.only_leaks || judged.verdict.ever_leak))
        keep_page(row, std::move(judged));
    table_.add(std::move(row));
}

void FleetPrinter::keep_page(const report::FleetRow& row, harvest::Judged judged) {
    pages_.push_back({row, page_of(std::move(judged), settings_.grid)});
    if (pages_.size() < style_.top + 32) return;
    std::stable_sort(pages_.begin(), pages_.end(),
                     [](const Page& a, const Page& b) { return goes_before(a.row, b.row); });
    pages_.resize(style_.top);
}

std::string FleetPrinter::page(const report::FleetFrame& frame) {
    std::stable_sort(pages_.begin(), pages_.end(),
                     [](const Page& a, const Page& b) { return goes_before(a.row, b.row); });
    if (pages_.size() > style_.top) pages_.resize(style_.top);
    const std::string text = table_.heading(frame);
    std::vector<std::string> lines;
    for (const std::string_view line : split(trim(text), '\n')) lines.emplace_back(line);
    const std::string head = lines.empty() ? "A fleet" : lines.front();
    if (!lines.empty()) lines.erase(lines.begin());
    if (const std::string shared = table_.shared(); !shared.empty())
        lines.push_back("All of them: " + shared);
    std::vector<report::TargetReport> targets;
    for (Page& one : pages_) {
        one.target.name = table_.name_of(one.row);
        targets.push_back(std::move(one.target));
    }
    const auto all = static_cast<std::size_t>(table_.targets());
    if (targets.size() < all)
        lines.push_back(
            fmt::format("{} of {} targets are shown, the most urgent first.", targets.size(), all));
    return report::html_fleet(head, lines, targets);
}

Result<void> FleetPrinter::write() {
    open_file();
    if (!trouble_ && file_) return file_->commit();
    if (!trouble_ && std::fflush(stdout) != 0) trouble_ = cannot_write_out();
    if (trouble_) return *trouble_;
    return {};
}

int FleetPrinter::finish(const harvest::Outcome& outcome) {
    say_notes(outcome, settings_);
    const report::FleetFrame frame = frame_of(settings_, outcome);
    const Exit status = status_of(outcome, table_.leaks());
    if (!style_.textfile.empty()) {
        const std::string text = report::fleet_metrics(table_, frame, status != Exit::trouble);
        if (const auto written = write_public(style_.textfile, text); !written)
            return complain(written.error());
    }
    if (outcome.targets == 0 && !outcome.trouble && outcome.of_other_shards == 0)
        return complain({Error::Kind::not_found, "no series matches in that time",
                         escape(settings_.server.url, 200), "--query and --since say which"});
    if (table_.targets() == 0 && (outcome.trouble || outcome.not_judged > 0)) {
        if (!style_.output.empty())
            fmt::print(stderr, "rampwatch: nothing was judged: {} stays as it was\n",
                       escape(style_.output, 200));
        return outcome.trouble ? complain(*outcome.trouble) : static_cast<int>(status);
    }
    const std::size_t columns = style_.output.empty() ? columns_of(STDOUT_FILENO) : 80;
    if (style_.format == "html") put(page(frame));
    if (style_.format == "text") put(table_.text(frame, columns));
    if (const auto written = write(); !written) return complain(written.error());
    if (outcome.trouble) return complain(*outcome.trouble);
    return static_cast<int>(status);
}

}  // namespace rampwatch::cli
