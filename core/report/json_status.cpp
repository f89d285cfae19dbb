// SPDX-License-Identifier: MIT
#include "core/report/json_status.h"

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/json_parts.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

Json json_time(const std::optional<std::chrono::nanoseconds>& wall) {
    return wall && wall->count() != 0 ? Json(format_time(*wall)) : Json(nullptr);
}

Json json_troubles(const std::vector<Error>& troubles) {
    Json all = Json::array();
    for (const Error& one : troubles)
        all.push_back({{"what", one.what}, {"where", one.where}, {"hint", one.hint}});
    return all;
}

Json json_row(const StatusRow& row) {
    const TargetReport& target = *row.target;
    const Verdict& verdict = target.verdict;
    const auto& last = target.context.last;
    const SeriesVerdict* lead = leader(verdict);
    const auto& ahead = verdict.forecast ? verdict.forecast : verdict.limit_near;
    return {
        {"target", target.name},
        {"pid", target.alive ? Json(target.who.pid) : Json(nullptr)},
        {"executable", target.who.executable},
        {"unit", json_known(target.who.unit)},
        {"memory_bytes", json_known(last ? value_of(*last, Series::memory) : std::nullopt)},
        {"verdict", word(verdict.claim)},
        {"ever_leak", verdict.ever_leak},
        {"series", lead != nullptr ? Json(word(lead->series)) : Json(nullptr)},
        {"slope_per_s", lead != nullptr ? json_number(lead->slope_per_s) : Json(nullptr)},
        {"limit", json_forecast(ahead)},
        {"last_sample", json_time(target.last_wall)},
        {"interval_s", json_seconds(target.interval)},
        {"watcher", row.watcher},
        {"acknowledged_until", json_time(target.silenced ? target.before.silent_until_wall : std::nullopt)}};
}

}  // namespace

std::string json_status(const std::vector<StatusRow>& rows, const Report& report) {
    Json targets = Json::array();
    for (const StatusRow& row : rows) targets.push_back(json_row(row));
    return json_line({{"schema", "rampwatch.status/1"},
                      {"host", report.host},
                      {"time", json_time(report.made_wall)},
                      {"targets", std::move(targets)},
                      {"troubles", json_troubles(report.troubles)}});
}

std::string json_histories(const std::vector<HistoryRow>& rows, const std::vector<Error>& troubles) {
    Json histories = Json::array();
    for (const HistoryRow& row : rows) {
        histories.push_back({{"target", row.target},
                             {"lives", row.lives},
                             {"since", json_time(row.since_wall)},
                             {"last_sample", json_time(row.last_wall)},
                             {"samples", row.samples},
                             {"minutes", row.minutes},
                             {"tens", row.tens},
                             {"file_bytes", row.file_bytes},
                             {"state", row.state}});
    }
    return json_line({{"schema", "rampwatch.histories/1"},
                      {"histories", std::move(histories)},
                      {"troubles", json_troubles(troubles)}});
}

}  // namespace rampwatch::report
