// SPDX-License-Identifier: MIT
#include "core/report/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/heap_section.h"
#include "core/report/text_chart.h"
#include "core/report/text_dump.h"
#include "core/report/text_event.h"
#include "core/report/text_table.h"
#include "core/report/text_verdict.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kSparkColumns = 24;
constexpr std::size_t kMostEvents = 12;
constexpr std::size_t kMostGroupsShown = 3;
constexpr std::size_t kMostFramesShown = 5;

std::string labelled(std::string_view label, std::string_view text) {
    return fmt::format("  {:<13} {}\n", label, text);
}

std::string spark_line(Series series, const std::vector<ChartPoint>& points, Glyphs glyphs) {
    if (points.size() < 2) return {};
    const std::string_view label = people_word(series);
    const double level = points.front().low;
    const bool moved = std::any_of(points.begin(), points.end(), [&](const ChartPoint& point) {
        return point.low != level || point.high != level;
    });
    if (!moved) return labelled(label, amount(series, level) + ", all the time");
    return labelled(label,
                    fmt::format("{} {} -> {}", spark(points, kSparkColumns, glyphs),
                                amount(series, points.front().low), amount(series, points.back().high)));
}

std::string watch_line(const TargetReport& target, const Report& report) {
    const std::string last = target.last_wall ? format_time(*target.last_wall) : "never";
    switch (target.watch) {
        case WatchState::dead:
            return labelled("NOT WATCHED", fmt::format("since {}, though nobody stopped the watch", last));
        case WatchState::ended:
            return labelled("last sample", last + "; the watch was ended");
        case WatchState::absent:
            return labelled("not running",
                            fmt::format("looked for {}; last sample {}",
                                        format_time(target.absent_wall.value_or(nanoseconds(0))), last));
        case WatchState::watched:
            break;
    }
    const nanoseconds ago = report.made_wall - target.last_wall.value_or(report.made_wall);
    return labelled("last sample",
                    fmt::format("{}, {} ago", last, format_duration(std::max(ago, nanoseconds(0)))));
}

std::string events_text(const TargetReport& target) {
    if (target.events.empty()) return {};
    std::string text = "  changes\n";
    const std::size_t skipped = target.events.size() > kMostEvents ? target.events.size() - kMostEvents : 0;
    if (skipped > 0) text += fmt::format("    ({} earlier)\n", skipped);
    for (std::size_t i = skipped; i < target.events.size(); ++i)
        text += fmt::format("    {}  {}\n", format_time(target.events[i].wall), target.events[i].text);
    return text;
}

std::string dump_text(const TargetReport& target, const ReportTextStyle& style) {
    if (!target.dump || target.dump->groups.empty()) return {};
    const Dump& dump = *target.dump;
    std::string since = dump.baseline ? ", change since " + format_day_minute(*dump.baseline) : "";
    std::string text = fmt::format("  stacks of {}{}\n", format_time(dump.wall), since);
    const std::string groups = text_groups(
        dump, {.width = style.width - 2, .most_groups = kMostGroupsShown, .most_frames = kMostFramesShown});
    for (const std::string_view line : split(groups, '\n'))
        if (!line.empty()) text += "  " + std::string(line) + "\n";
    return text;
}

std::string heap_lines(const TargetReport& target) {
    std::string text;
    if (!target.dump) return text;
    const std::string section = heap_section(*target.dump);
    for (const std::string_view line : split(section, '\n'))
        if (!line.empty()) text += "  " + std::string(line) + "\n";
    return text;
}

std::string head_of(const TargetReport& target) {
    std::string head = escape(target.name, 64);
    if (target.alive) head += fmt::format(" (PID {})", target.who.pid);
    if (target.who.unit && *target.who.unit != target.name) head += ", " + escape(*target.who.unit, 64);
    return head;
}

std::string target_text(const TargetReport& target, const Report& report, const ReportTextStyle& style) {
    const VerdictContext context = context_of(target);
    auto lines = headline(target.verdict, context);
    std::string text = head_of(target) + ": " + lines.front() + "\n";
    for (const News& news : target.news) text += labelled("news", news.text);
    if (target.silenced && target.before.silent_until_wall)
        text += labelled("acknowledged", "until " + format_time(*target.before.silent_until_wall));
    for (std::size_t i = 1; i < lines.size(); ++i) text += lines[i] + "\n";
    for (const std::string& line : beside(target.verdict, context)) text += line + "\n";
    const bool is_news = std::any_of(target.news.begin(), target.news.end(),
                                     [](const News& news) { return news.kind == NewsKind::restarts; });
    if (const std::string phrase = restarts_phrase(target); !phrase.empty() && !is_news)
        text += labelled("restarts", phrase);
    text += watch_line(target, report);
    text += text_chart(target, style.width, style.glyphs);
    for (const SeriesRow& row : kSeriesRows)
        if (row.drawn && row.series != Series::memory)
            text += spark_line(row.series, target.charts[index(row.series)], style.glyphs);
    return text + events_text(target) + dump_text(target, style) + heap_lines(target);
}

// A line each, where there are several.
std::string contents(const Report& report, std::size_t width) {
    constexpr std::size_t kSeveral = 3;
    if (report.targets.size() < kSeveral) return {};
    std::vector<TableRow> rows;
    for (const TargetReport& target : report.targets) rows.push_back({target.name, target.verdict});
    return "\n" + text_table(std::move(rows), "target", width);
}

}  // namespace

std::string text_drills(const std::string& host, const std::vector<Drill>& drills) {
    if (drills.empty()) return {};
    std::string names, lines;
    for (const Drill& drill : drills) {
        names += (names.empty() ? "" : ", ") + escape(drill.target, 40);
        lines +=
            fmt::format("{}: a test alarm was requested at {}, by rampwatch drill. This is not a leak.\n",
                        escape(drill.target, 40), format_time(drill.wall));
    }
    return fmt::format("rampwatch: DRILL{}: {}\n\n{}", host.empty() ? "" : " on " + escape(host, 32), names,
                       lines);
}

std::string text_report(const Report& report, const ReportTextStyle& style) {
    std::string text = subject_line(report) + "\n";
    text += fmt::format("{} to {}\n", format_time(shown_since(report)), format_time(report.until_wall));
    for (const Error& trouble : report.troubles) text += "unreadable: " + to_string(trouble) + "\n";
    text += contents(report, style.width);
    for (const TargetReport& target : report.targets) text += "\n" + target_text(target, report, style);
    if (report.left_out > 0) {
        text += fmt::format("\n{} other {} without news", report.left_out,
                            report.left_out == 1 ? "target" : "targets");
        if (report.left_out_leaks > 0)
            text += fmt::format("; {} of them {}, reported before", report.left_out_leaks,
                                report.left_out_leaks == 1 ? "leaks" : "leak");
        text += "\n";
    }
    return text + "\n" + "next: " + next_command(report) + "\n";
}

}  // namespace rampwatch::report
