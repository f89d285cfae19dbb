// SPDX-License-Identifier: MIT
#include "core/report/json_verdict.h"

#include <algorithm>

#include "core/model/words.h"
#include "core/report/json_parts.h"
#include "core/report/restart.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using Time = std::optional<std::chrono::nanoseconds>;

// The first of all series: when the target was first said to grow, or to leak.
Time earliest(const Verdict& verdict, Time SeriesVerdict::*when) {
    Time first;
    for (const auto& series : verdict.series) {
        if (series && (*series).*when) first = first ? std::min(*first, *((*series).*when)) : (*series).*when;
    }
    return first;
}

Json json_restart(const Verdict& verdict) {
    const auto gain = restart_gain(verdict);
    if (!gain) return nullptr;
    return {{"until_limit_s", json_number(gain->until_limit_s)}, {"beyond", gain->beyond}};
}

}  // namespace

Json json_claims(const Verdict& verdict) {
    const SeriesVerdict* found = leader(verdict);
    const SeriesVerdict lead = found != nullptr ? *found : SeriesVerdict{};
    Json all = Json::object();
    for (const auto& series : verdict.series) {
        if (series) all[std::string(word(series->series))] = json_series(*series);
    }
    return {{"samples", verdict.samples},
            {"duration_s", json_seconds(verdict.now - verdict.started)},
            {"verdict", word(verdict.claim)},
            {"series", word(lead.series)},
            {"shape", word(lead.shape)},
            {"unit", is_bytes(lead.series) ? "bytes" : "count"},
            {"slope_per_s", json_number(lead.slope_per_s)},
            {"slope_ci95_per_s", json_interval(lead.slope_ci95_per_s)},
            {"onset_s", json_seconds(lead.onset)},
            {"began_before_watch", found != nullptr && began_before(verdict, *found)},
            {"suspected_at_s", json_seconds(earliest(verdict, &SeriesVerdict::suspected_at))},
            {"detected_at_s", json_seconds(earliest(verdict, &SeriesVerdict::detected_at))},
            {"ever_leak", verdict.ever_leak},
            {"lives", verdict.lives},
            {"patience_s", json_seconds(verdict.patience)},
            {"too_sparse", verdict.too_sparse},
            {"forecast", json_forecast(verdict.forecast)},
            {"limit_near", json_forecast(verdict.limit_near)},
            {"restart", json_restart(verdict)},
            {"evidence", json_evidence(lead)},
            {"all_series", std::move(all)}};
}

std::string json_analysis(const Verdict& verdict, const AnalysisSource& source) {
    Json json = {{"schema", "rampwatch.analysis/1"}, {"source", source.name}};
    json.update(json_claims(verdict));
    json["ignored_columns"] = source.ignored_columns;
    json["half_lines"] = source.half_lines;
    json["format"] = source.format;
    json["labels"] = Json::object();
    for (const auto& [name, value] : source.labels) json["labels"][name] = value;
    json["host"] = source.host;
    json["unknown_values"] = source.unknown_values;
    json["lines_not_understood"] = source.lines_not_understood;
    return json_line(json);
}

}  // namespace rampwatch::report
