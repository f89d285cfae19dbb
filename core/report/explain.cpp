// SPDX-License-Identifier: MIT
#include "core/report/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

std::string figure(Series series, GateId gate, double value) {
    if (!std::isfinite(value)) return value > 0 ? "inf" : "-";
    switch (gate) {
        case GateId::patience:
            return format_duration(
                std::chrono::nanoseconds(static_cast<std::int64_t>(std::fmin(value, 9e9) * 1e9)));
        case GateId::materiality:
        case GateId::record_high:
        case GateId::still_at_top:
            return amount(series, value);
        default:
            return fmt::format("{:.3g}", value);
    }
}

const Gate* holding_back(const SeriesVerdict& series) {
    const auto held = std::ranges::find(series.evidence, false, &Gate::passed);
    return held == series.evidence.end() || series.claim == Claim::leak ? nullptr : &*held;
}

std::string table_of(const SeriesVerdict& series) {
    std::string text = fmt::format("  gates of {} ({})\n", people_word(series.series), word(series.claim));
    const Gate* held = series.weighing ? nullptr : holding_back(series);
    for (const Gate& gate : series.evidence) {
        text += fmt::format(
            "    {:<18}{:>12}  {} {:>12}  {}\n", word(gate.id), figure(series.series, gate.id, gate.value),
            gate.at_least ? "at least" : "at most ", figure(series.series, gate.id, gate.threshold),
            gate.passed     ? "passed"
            : &gate == held ? "HOLDS BACK"
                            : "not passed");
    }
    return text;
}

std::string gates_in_a_line(const SeriesVerdict& series) {
    const auto passed = std::ranges::count_if(series.evidence, &Gate::passed);
    std::string text = fmt::format("  {} ({}): {} of {} gates passed", people_word(series.series),
                                   word(series.claim), passed, series.evidence.size());
    if (const Gate* gate = holding_back(series)) {
        text += fmt::format("; held back by {}, {} {} {}", word(gate->id),
                            figure(series.series, gate->id, gate->value), gate->at_least ? "of" : "above",
                            figure(series.series, gate->id, gate->threshold));
    }
    return text + "\n";
}

std::optional<double> value_of(const Weighing& weighing, std::string_view name) {
    const auto reason = std::ranges::find(weighing.reasons, name, &Reason::name);
    return reason == weighing.reasons.end() ? std::nullopt : std::optional(reason->value);
}

double sum_of(const Weighing& weighing, ReasonGroup group) {
    double sum = 0;
    for (const Reason& reason : weighing.reasons) sum += reason.group == group ? reason.db : 0;
    return sum;
}

std::string patiences(const Weighing& weighing) {
    return fmt::format("{:.1f} patiences", std::exp(value_of(weighing, "lasted").value_or(0)));
}

std::string far(const Weighing& weighing) {
    return fmt::format("{:.1f} times the smallest rise that counts",
                       std::exp(value_of(weighing, "growths").value_or(0)));
}

std::string line_or_fill(const Weighing& weighing) {
    const double line = value_of(weighing, "line_over_fill").value_or(0);
    std::string text = line > .7    ? "a line, not a fill"
                       : line < -.7 ? "a fill, not a line"
                                    : "a line or a fill";
    if (const auto decline = value_of(weighing, "day_decline"); decline && *decline > .3)
        text += "; each day adds less";
    return text;
}

std::string evenly(const Weighing& weighing) {
    const double even = value_of(weighing, "even").value_or(0);
    return fmt::format("{}, {:.0f} of 7 eighths rose", even >= .6 ? "even" : "uneven",
                       value_of(weighing, "eighths").value_or(0));
}

std::string line_of(std::string_view name, std::string_view what, double db) {
    return fmt::format("    {:<13}{:<45}{:>+7.1f} dB\n", name, what, db);
}

std::string sums_of(const SeriesVerdict& series) {
    const Weighing& w = *series.weighing;
    std::string text = fmt::format("  {} ({}): evidence of a leak, {:.1f} dB of {:.1f} asked\n",
                                   people_word(series.series), word(series.claim), w.sum_db, w.asked_db);
    text += line_of("how long", "it lasted " + patiences(w),
                    sum_of(w, ReasonGroup::duration) + w.start_db + w.before_db);
    text += line_of("how far", far(w), sum_of(w, ReasonGroup::size));
    text += line_of("what shape", line_or_fill(w), sum_of(w, ReasonGroup::line));
    text += line_of("how steadily", evenly(w), sum_of(w, ReasonGroup::evenness));
    return text;
}

std::string reasons_of(const SeriesVerdict& series) {
    const Weighing& w = *series.weighing;
    std::string text = fmt::format("    every reason, over {}\n", format_duration(w.window));
    const auto one = [&](std::string_view name, std::string_view group, const std::string& value, double db) {
        text += fmt::format("      {:<18}{:<10}{:>12}{:>+9.1f} dB\n", name, group, value, db);
    };
    one("start", "", "", w.start_db);
    for (const Reason& reason : w.reasons)
        one(reason.name, word(reason.group), fmt::format("{:.2f}", reason.value), reason.db);
    one("before", "", "", w.before_db);
    return text;
}

std::string series_of(const SeriesVerdict& series, Detail detail) {
    std::string text = series.weighing           ? sums_of(series)
                       : detail == Detail::brief ? gates_in_a_line(series)
                                                 : "";
    if (detail == Detail::brief) return text;
    return text + (series.weighing ? reasons_of(series) : "") + table_of(series);
}

}  // namespace

std::string explain(const Verdict& verdict, Detail detail) {
    std::string text;
    const SeriesVerdict* lead = leader(verdict);
    if (lead != nullptr && !lead->evidence.empty()) text += series_of(*lead, detail);
    for (const auto& series : verdict.series) {
        if (series && &*series != lead && !series->evidence.empty()) text += series_of(*series, detail);
    }
    return text.empty() ? "  nothing asked yet: too few samples\n" : text;
}

}  // namespace rampwatch::report
