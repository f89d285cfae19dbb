// SPDX-License-Identifier: MIT
#include "core/report/json_parts.h"

#include <cmath>

#include "core/model/words.h"

namespace rampwatch::report {

using std::chrono::nanoseconds;

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_number(const std::optional<double>& value) { return value ? json_number(*value) : Json(nullptr); }

Json json_seconds(nanoseconds time) { return static_cast<double>(time.count()) / 1e9; }

Json json_seconds(const std::optional<nanoseconds>& time) {
    return time ? json_seconds(*time) : Json(nullptr);
}

Json json_interval(const std::optional<Interval>& interval) {
    if (!interval) return nullptr;
    return Json::array({json_number(interval->low), json_number(interval->high)});
}

Json json_evidence(const SeriesVerdict& series) {
    Json gates = Json::array();
    for (const Gate& gate : series.evidence) {
        gates.push_back({{"gate", word(gate.id)},
                         {"value", json_number(gate.value)},
                         {"threshold", json_number(gate.threshold)},
                         {"at_least", gate.at_least},
                         {"passed", gate.passed}});
    }
    return gates;
}

Json json_weighing(const std::optional<Weighing>& weighing) {
    if (!weighing) return nullptr;
    Json reasons = Json::array();
    for (const Reason& reason : weighing->reasons) {
        reasons.push_back({{"name", reason.name},
                           {"group", word(reason.group)},
                           {"value", json_number(reason.value)},
                           {"db", json_number(reason.db)}});
    }
    return {{"window_s", json_seconds(weighing->window)},    {"start_db", json_number(weighing->start_db)},
            {"before_db", json_number(weighing->before_db)}, {"sum_db", json_number(weighing->sum_db)},
            {"asked_db", json_number(weighing->asked_db)},   {"reasons", std::move(reasons)}};
}

Json json_series(const SeriesVerdict& series) {
    return {
        {"series", word(series.series)},
        {"verdict", word(series.claim)},
        {"shape", word(series.shape)},
        {"unit", is_bytes(series.series) ? "bytes" : "count"},
        {"slope_per_s", json_number(series.slope_per_s)},
        {"slope_ci95_per_s", json_interval(series.slope_ci95_per_s)},
        {"onset_s", json_seconds(series.onset)},
        {"onset_range_s", series.onset_low && series.onset_high
                              ? Json::array({json_seconds(series.onset_low), json_seconds(series.onset_high)})
                              : Json(nullptr)},
        {"suspected_at_s", json_seconds(series.suspected_at)},
        {"detected_at_s", json_seconds(series.detected_at)},
        {"first", json_number(series.first)},
        {"current", json_number(series.current)},
        {"rise", json_number(series.rise)},
        {"straightness", json_number(series.straightness)},
        {"windows_up", series.windows_up},
        {"windows", series.windows},
        {"window_s", json_seconds(series.window_width)},
        {"levels_off_at", json_number(series.levels_off_at)},
        {"swing", json_number(series.swing)},
        {"period_s", json_seconds(series.period)},
        {"gave_back", json_number(series.gave_back)},
        {"times_given_back", series.times_given_back},
        {"evidence", json_evidence(series)},
        {"weighing", json_weighing(series.weighing)},
        {"missing", series.missing == Missing::nothing ? Json(nullptr) : Json(word(series.missing))},
        {"lives_alike", series.lives_alike},
        {"limit", json_count_limit(series.series, series.count_limit)},
        {"forecast", json_count_forecast(series.series, series.count_forecast)},
        {"limit_near", json_count_forecast(series.series, series.count_limit_near)}};
}

Json json_forecast(const std::optional<Forecast>& forecast) {
    if (!forecast) return nullptr;
    return {{"limit_kind", word(forecast->limit.kind)}, {"limit_bytes", forecast->limit.limit_bytes},
            {"used_bytes", forecast->limit.used_bytes}, {"beyond", forecast->beyond},
            {"eta_s", json_number(forecast->eta_s)},    {"eta_range_s", json_interval(forecast->eta_range_s)},
            {"by_others", forecast->by_others}};
}

Json json_limit(const std::optional<Limit>& limit) {
    if (!limit) return nullptr;
    return {
        {"kind", word(limit->kind)}, {"limit_bytes", limit->limit_bytes}, {"used_bytes", limit->used_bytes}};
}

Json json_count_limit(Series series, const std::optional<CountLimit>& limit) {
    if (!limit) return nullptr;
    return {{"kind", count_limit_word(series)}, {"limit", limit->most}, {"used", limit->used}};
}

Json json_count_forecast(Series series, const std::optional<CountForecast>& forecast) {
    if (!forecast) return nullptr;
    return {{"limit_kind", count_limit_word(series)}, {"limit", forecast->limit.most},
            {"used", forecast->limit.used},           {"beyond", forecast->beyond},
            {"eta_s", json_number(forecast->eta_s)},  {"eta_range_s", json_interval(forecast->eta_range_s)}};
}

std::string json_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace rampwatch::report
