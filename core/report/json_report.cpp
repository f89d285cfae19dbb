// SPDX-License-Identifier: MIT
#include "core/report/json_report.h"

#include <cmath>

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/json_parts.h"
#include "core/report/json_verdict.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

Json json_time(const std::optional<nanoseconds>& wall) {
    return wall && wall->count() != 0 ? Json(format_time(*wall)) : Json(nullptr);
}

const char* word_of(WatchState state) {
    switch (state) {
        case WatchState::watched:
            return "watched";
        case WatchState::ended:
            return "ended";
        case WatchState::dead:
            return "dead";
        case WatchState::absent:
            return "absent";
    }
    return "?";
}

const char* word_of(NewsKind kind) {
    switch (kind) {
        case NewsKind::leak_new:
            return "leak_new";
        case NewsKind::leak_doubled:
            return "leak_doubled";
        case NewsKind::limit_nearer:
            return "limit_nearer";
        case NewsKind::leak_over:
            return "leak_over";
        case NewsKind::restarts:
            return "restarts";
        case NewsKind::limit_near:
            return "limit_near";
        case NewsKind::killed:
            return "killed";
        case NewsKind::dead:
            return "dead";
        case NewsKind::absent:
            return "absent";
        case NewsKind::leak_ended:
            return "leak_ended";
        case NewsKind::unwatched:
            return "unwatched";
    }
    return "?";
}

// [time_s on the clock of the verdict's times, lowest, highest].
Json json_trail(const std::vector<ChartPoint>& points) {
    Json trail = Json::array();
    for (const ChartPoint& point : points) trail.push_back({point.t_s, point.low, point.high});
    return trail;
}

Json json_life(const LifeSummary& life) {
    Json ending = nullptr;
    if (life.ending)
        ending = {{"reason", word(life.ending->reason)}, {"status", json_known(life.ending->status)}};
    return {{"life", life.number},
            {"pid", life.who.pid},
            {"first_sample", json_time(life.first_wall)},
            {"last_sample", json_time(life.last_wall)},
            {"ended", json_time(life.ended_wall)},
            {"ending", std::move(ending)},
            {"samples", life.looks},
            {"first_bytes", json_number(life.first)},
            {"peak_bytes", json_number(life.peak)},
            {"last_bytes", json_number(life.last)},
            {"slope_per_s", json_number(life.slope_per_s)}};
}

Json json_saw(const std::optional<RestartSawtooth>& saw) {
    if (!saw) return nullptr;
    return {{"lives", saw->lives},
            {"lowest_peak_bytes", json_number(saw->lowest_peak)},
            {"highest_peak_bytes", json_number(saw->highest_peak)},
            {"slope_per_s", json_number(saw->slope_per_s)},
            {"seen_s", json_seconds(saw->together)}};
}

Json json_target(const TargetReport& target) {
    Json lives = Json::array(), events = Json::array(), news = Json::array();
    for (const LifeSummary& life : target.lives) lives.push_back(json_life(life));
    for (const ReportEvent& event : target.events)
        events.push_back({{"time", json_time(event.wall)},
                          {"mono_s", json_seconds(event.mono)},
                          {"event", event.kind},
                          {"life", event.life},
                          {"text", event.text}});
    for (const News& one : target.news) news.push_back({{"news", word_of(one.kind)}, {"text", one.text}});
    Json json = {
        {"target", target.name},
        {"pid", target.alive ? Json(target.who.pid) : Json(nullptr)},
        {"executable", target.who.executable},
        {"unit", json_known(target.who.unit)},
        {"watch", word_of(target.watch)},
        {"last_sample", json_time(target.last_wall)},
        {"interval_s", json_seconds(target.interval)},
        {"verdict", json_claims(target.verdict)},
        {"news", std::move(news)},
        {"acknowledged_until", json_time(target.silenced ? target.before.silent_until_wall : std::nullopt)},
        {"restarts", std::max<std::int64_t>(target.all_lives - 1, 0)},
        {"growth_through_restarts", json_saw(target.saw)},
        {"lives", std::move(lives)},
        {"events", std::move(events)}};
    for (const SeriesRow& row : kSeriesRows)
        if (row.drawn) json[std::string(row.word)] = json_trail(target.charts[index(row.series)]);
    json["dump"] = target.dump ? json_of(*target.dump) : Json(nullptr);
    return json;
}

}  // namespace

std::string json_report(const Report& report) {
    Json targets = Json::array(), troubles = Json::array();
    for (const TargetReport& target : report.targets) targets.push_back(json_target(target));
    for (const Error& trouble : report.troubles)
        troubles.push_back({{"what", trouble.what}, {"where", trouble.where}, {"hint", trouble.hint}});
    return json_line({{"schema", "rampwatch.report/1"},
                      {"subject", subject_line(report)},
                      {"host", report.host},
                      {"time", json_time(report.made_wall)},
                      {"since", json_time(report.since_wall)},
                      {"until", json_time(report.until_wall)},
                      {"next", next_command(report)},
                      {"targets", std::move(targets)},
                      {"troubles", std::move(troubles)}});
}

}  // namespace rampwatch::report
