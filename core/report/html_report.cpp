// SPDX-License-Identifier: MIT
#include "core/report/html_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/dump_head.h"
#include "core/report/frame_text.h"
#include "core/report/group_words.h"
#include "core/report/html_heap.h"
#include "core/report/memory_text.h"
#include "core/report/svg_chart.h"
#include "core/report/text_verdict.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

constexpr std::size_t kMostGroupsShown = 5;
constexpr std::size_t kMostFramesShown = 12;
constexpr std::size_t kMostEvents = 40;

// "none" for everything but our own style: even a value that slipped past the escaping could load and run
// nothing.
constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>)";

constexpr const char* kStyle = R"(</title><style>
:root{--bg:#fff;--fg:#1c1e21;--dim:#5f6670;--edge:#d8dce1;--line:#0b62c4;--band:#0b62c433;--fit:#b3261e;--ok:#1b6e3a;
--warn:#8a5a00;--bad:#b3261e;--card:#f7f8fa}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e4e7eb;--dim:#9aa3ad;--edge:#333a42;--line:#6cb1ff;
--band:#6cb1ff33;--fit:#ff8a80;--ok:#7fd49b;--warn:#f0c060;--bad:#ff8a80;--card:#1c2126}}
*{box-sizing:border-box}body{margin:0 auto;padding:1rem;max-width:60rem;background:var(--bg);color:var(--fg);
font:15px/1.45 system-ui,sans-serif}h1{font-size:1.2rem;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:0;overflow-wrap:anywhere}p{margin:.3rem 0}.dim{color:var(--dim)}
section{margin:1rem 0;padding:.8rem 1rem;background:var(--card);border:1px solid var(--edge);border-radius:8px}
.claim{display:inline-block;padding:0 .5em;border-radius:4px;border:1px solid currentColor;font-size:.85rem;
font-weight:600}.leak{color:var(--bad)}.growing{color:var(--warn)}.healthy{color:var(--ok)}.undecided{color:var(--dim)}
.news{border-left:3px solid var(--bad);padding-left:.6rem}dl{display:grid;grid-template-columns:max-content 1fr;
gap:.1rem .9rem;margin:.5rem 0}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:.88rem}th,td{text-align:left;padding:.15rem .6rem .15rem 0;
vertical-align:top;border-bottom:1px solid var(--edge)}.num{text-align:right;white-space:nowrap}
.when{white-space:nowrap}
.note{font-size:.9rem;margin:.15rem 0}ul.targets{list-style:none;padding:0;margin:.6rem 0}a{color:inherit}
pre{overflow-x:auto;font-size:.85rem;margin:.4rem 0;padding:.5rem;background:var(--bg);border:1px solid var(--edge);
border-radius:6px}.scroll{overflow-x:auto}figure{margin:.4rem 0}figcaption{font-size:.85rem;color:var(--dim)}
.small{display:inline-block;width:16rem;max-width:100%;margin-right:1rem}svg{width:100%;height:auto;display:block}
svg text{font:11px system-ui,sans-serif;fill:var(--dim)}.grid{stroke:var(--edge);fill:none}
.line{stroke:var(--line);stroke-width:1.6;fill:none}.band{fill:var(--band);stroke:none}
.fit{stroke:var(--fit);stroke-width:2;fill:none}.ahead{stroke:var(--fit);stroke-width:2;stroke-dasharray:5 5;fill:none}
.limit path{stroke:var(--bad);stroke-dasharray:2 3;fill:none}.onset path,.dump path,.restart path{stroke:var(--dim);
stroke-dasharray:3 3;fill:none}summary{cursor:pointer}
pre b{color:var(--line)}.bar{display:block;height:.6rem;background:var(--line);border-radius:2px}
@media (max-width:48rem){.chart text{font-size:15px}.chart .between{display:none}}
@media (max-width:30rem){dl{grid-template-columns:1fr}dt{margin-top:.3rem}body{padding:.6rem}.when{white-space:normal}
.chart text{font-size:20px}}
@media print{body{max-width:none;padding:0;font-size:12px}section{background:none;border:none;border-top:1px solid
var(--edge);border-radius:0;padding:.6rem 0}svg,tr,dl,h2,.small,.news{break-inside:avoid}h2,summary,section>p,.stack{
break-after:avoid}pre{white-space:pre-wrap;overflow-wrap:anywhere;break-inside:avoid}.chart text{font-size:12px}
.chart .between{display:inline}}
</style></head><body>
)";

std::string row(std::string_view label, std::string_view text) {
    return fmt::format("<dt>{}</dt><dd>{}</dd>", html_escape(label), html_escape(text));
}

std::string watch_row(const TargetReport& target) {
    const std::string last = target.last_wall ? format_time(*target.last_wall) : "never";
    if (target.watch == WatchState::dead)
        return row("not watched", "since " + last + ", though nobody stopped the watch");
    if (target.watch == WatchState::absent && target.absent_wall)
        return row("not running", "looked for " + format_time(*target.absent_wall) + "; last sample " + last);
    return row("last sample", last + (target.watch == WatchState::ended ? "; the watch was ended" : ""));
}

std::string facts(const TargetReport& target) {
    std::string html = "<dl>";
    for (const VerdictRow& fact : verdict_rows(target.verdict, context_of(target)))
        html += row(fact.label, fact.text);
    if (const std::string phrase = restarts_phrase(target); !phrase.empty()) html += row("restarts", phrase);
    if (target.silenced && target.before.silent_until_wall)
        html += row("acknowledged", "until " + format_time(*target.before.silent_until_wall));
    html += watch_row(target);
    if (target.alive)
        html += row("process", fmt::format("PID {}, {}", target.who.pid, target.who.executable));
    return html + "</dl>";
}

std::string lives_table(const TargetReport& target) {
    if (target.lives.size() < 2) return {};
    std::string html =
        "<details><summary>Lives</summary><div "
        "class=\"scroll\"><table><tr><th>PID</th><th>from</th><th>to</th>"
        "<th class=\"num\">peak</th><th class=\"num\">slope</th><th>ended</th></tr>";
    for (auto life = target.lives.rbegin(); life != target.lives.rend(); ++life) {
        html += fmt::format(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"num\">{}</td><td "
            "class=\"num\">{}</td><td>{}</td></tr>",
            life->who.pid, html_escape(format_time(life->first_wall)),
            html_escape(format_time(life->last_wall)), format_size(life->peak),
            life->slope_per_s ? rate(Series::memory, *life->slope_per_s) : "",
            life->ending ? word(life->ending->reason) : "");
    }
    return html + "</table></div></details>";
}

std::string events_table(const TargetReport& target) {
    if (target.events.empty()) return {};
    std::string html = "<details open><summary>Changes</summary><table>";
    const std::size_t skipped = target.events.size() > kMostEvents ? target.events.size() - kMostEvents : 0;
    for (std::size_t i = skipped; i < target.events.size(); ++i)
        html +=
            fmt::format("<tr><td class=\"when\">{}</td><td>{}</td></tr>",
                        html_escape(format_time(target.events[i].wall)), html_escape(target.events[i].text));
    return html + "</table></details>";
}

// Sentences below the frames, as the text has them.
std::string notes_html(const GroupWords& words) {
    std::string html;
    for (const std::string* note :
         {&words.growth, &words.creator, &words.labels, &words.stayed, &words.follows})
        if (!note->empty()) html += "<p class=\"note\">" + html_escape(*note) + "</p>";
    if (!words.hint.empty()) html += "<p class=\"note\">hint: " + html_escape(words.hint) + "</p>";
    return html;
}

std::string group_html(const Group& group, const Dump& dump, const GroupWords& words) {
    std::string head =
        fmt::format("{} {}{}", format_count(group.count), group.task.empty() ? word(group.kind) : group.task,
                    group.count == 1 ? "" : "s");
    if (group.change) head += fmt::format(", {:+}", *group.change);
    if (group.state) head += ", waiting: " + *group.state;
    std::string frames;  // escaped line by line: escape() would show their ends
    for (std::size_t i = 0; i < std::min(group.frames.size(), kMostFramesShown); ++i) {
        const Frame& frame = group.frames[i];
        const std::string place = frame_place(frame, dump.life.executable);
        const std::string line = html_escape(frame_name(frame, 100) + (place.empty() ? "" : "  " + place));
        const bool own = i == group.own_frame && !frame.library;  // the first of the user's own code
        frames += (own ? "<b>" + line + "</b>" : line) + "\n";
    }
    if (group.frames.size() > kMostFramesShown)
        frames += fmt::format("and {} more frames\n", group.frames.size() - kMostFramesShown);
    return fmt::format("<p class=\"stack\">{}</p><pre>{}</pre>{}", html_escape(head), frames,
                       notes_html(words));
}

// What is known of the process beside its stacks: counts of its runtimes, and what its memory is made of.
std::string facts_of_dump(const Dump& dump) {
    std::vector<std::string> lines = language_lines(dump);
    for (const std::string& warning : dump.warnings) lines.push_back("note: " + warning);
    std::string html;
    for (const std::string& line : lines) html += "<p class=\"note\">" + html_escape(line) + "</p>";
    std::string parts;
    for (const std::string& line : memory_lines(dump)) parts += html_escape(line) + "\n";
    return parts.empty() ? html : html + "<pre>" + parts + "</pre>";
}

std::string dump_html(const TargetReport& target) {
    if (!target.dump || target.dump->groups.empty()) return {};
    const Dump& dump = *target.dump;
    std::string html =
        fmt::format("<details open><summary>Stacks of {}{}</summary>", html_escape(format_time(dump.wall)),
                    dump.baseline ? html_escape(", change since " + format_time(*dump.baseline)) : "");
    html += facts_of_dump(dump);
    GroupSpeaker speaker(dump);
    const auto shown = ranked_groups(dump, kMostGroupsShown);
    for (const Group* group : shown) html += group_html(*group, dump, speaker.words_of(*group));
    if (dump.groups.size() > shown.size())
        html += fmt::format("<p class=\"dim\">and {} other groups</p>", dump.groups.size() - shown.size());
    return html + "</details>";
}

std::string claim_html(const TargetReport& target) {
    return fmt::format("<span class=\"claim {0}\">{0}</span> {1}", word(target.verdict.claim),
                       html_escape(target.name));
}

// A line each, where there are several.
std::string contents_html(const std::vector<TargetReport>& targets) {
    constexpr std::size_t kSeveral = 3;
    if (targets.size() < kSeveral) return {};
    std::string html = "<ul class=\"targets\">";
    for (std::size_t i = 0; i < targets.size(); ++i)
        html += fmt::format("<li><a href=\"#target-{}\">{}</a></li>", i + 1, claim_html(targets[i]));
    return html + "</ul>\n";
}

std::string target_html(const TargetReport& target, std::size_t number) {
    std::string html = fmt::format("<section id=\"target-{}\"><h2>{}</h2>", number, claim_html(target));
    html += fmt::format("<p>{}</p>", html_escape(verdict_title(target.verdict, context_of(target))));
    for (const News& news : target.news)
        html += fmt::format("<p class=\"news\">{}</p>", html_escape(news.text));
    html += svg_memory(target);
    for (const SeriesRow& row : kSeriesRows)
        if (row.drawn && row.series != Series::memory)
            html += svg_small(row.series, target.charts[index(row.series)]);
    return html + facts(target) + events_table(target) + dump_html(target) +
           (target.dump ? heap_html(*target.dump) : "") + lives_table(target) + "</section>\n";
}

}  // namespace

std::string html_report(const Report& report) {
    std::string html = kHead + html_escape(subject_line(report)) + kStyle;
    html +=
        fmt::format("<h1>{}</h1><p class=\"dim\">{} to {}, made {}</p>\n", html_escape(subject_line(report)),
                    html_escape(format_time(shown_since(report))),
                    html_escape(format_time(report.until_wall)), html_escape(format_time(report.made_wall)));
    for (const Error& trouble : report.troubles)
        html += fmt::format("<p class=\"news\">unreadable: {}</p>\n", html_escape(to_string(trouble)));
    html += contents_html(report.targets);
    for (std::size_t i = 0; i < report.targets.size(); ++i) html += target_html(report.targets[i], i + 1);
    if (report.left_out > 0)
        html += fmt::format("<p class=\"dim\">{} other {} without news</p>\n", report.left_out,
                            report.left_out == 1 ? "target" : "targets");
    return html + fmt::format("<p class=\"dim\">next: <code>{}</code></p>\n</body></html>\n",
                              html_escape(next_command(report)));
}

std::string html_fleet(const std::string& heading, const std::vector<std::string>& lines,
                       const std::vector<TargetReport>& targets) {
    std::string html = kHead + html_escape(heading) + kStyle;
    html += fmt::format("<h1>{}</h1>\n", html_escape(heading));
    for (const std::string& line : lines) html += fmt::format("<p class=\"dim\">{}</p>\n", html_escape(line));
    html += contents_html(targets);
    for (std::size_t i = 0; i < targets.size(); ++i) html += target_html(targets[i], i + 1);
    return html + "</body></html>\n";
}

}  // namespace rampwatch::report
