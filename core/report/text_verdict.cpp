// SPDX-License-Identifier: MIT
#include "core/report/text_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/units.h"
#include "core/report/cause.h"
#include "core/report/restart.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::duration;
using std::chrono::nanoseconds;

VerdictRow labelled(std::string_view label, std::string text) {
    return {std::string(label), std::move(text)};
}

std::string line_of(const VerdictRow& row) { return fmt::format("  {:<13} {}", row.label, row.text); }

nanoseconds seconds(double s) {
    return nanoseconds(static_cast<std::int64_t>(std::clamp(s, -9e9, 9e9) * 1e9));
}

double rise_of(const SeriesVerdict& series) { return series.rise.value_or(series.current - series.first); }

std::string grew(const SeriesVerdict& series) {
    const double rise = rise_of(series);
    const auto noun = people_word(series.series);
    if (rise < 0) return fmt::format("{} has fallen to {}", noun, amount(series.series, series.current));
    return fmt::format("{} grew by {}, to {}", noun, amount(series.series, rise),
                       amount(series.series, series.current));
}

// What a suspicion still lacks to be confirmed, in one sentence.
std::string missing_phrase(const Verdict& verdict, const SeriesVerdict& series) {
    switch (series.missing) {
        case Missing::nothing:
            return {};
        case Missing::time:
            return fmt::format("a leak is confirmed after {} at the earliest",
                               format_duration(verdict.patience));
        case Missing::rise:
            return fmt::format("it must rise by {} to count",
                               amount(series.series, smallest_rise(series).value_or(0)));
        case Missing::second_day:
            return "a second day must show that it is no daily load";
        case Missing::evidence:
            return "the evidence is not enough yet; see --explain";
        case Missing::interval:
            return "it may still be no growth at all";
        case Missing::collection:
            return "it may be garbage: Java's collector has not looked at it yet";
    }
    return {};
}

// What ps and top show, where that is not what is judged.
std::string rss_beside(const SeriesVerdict& series, const VerdictContext& context) {
    if (series.series != Series::memory || !context.last || !context.last->anon_bytes) return {};
    return fmt::format(" (RSS {})", format_size(static_cast<double>(context.last->rss_bytes)));
}

std::string what_line(const Verdict& verdict, const SeriesVerdict& series, const VerdictContext& context) {
    const std::string text = grew(series) + rss_beside(series, context);
    if (verdict.claim == Claim::leak)
        return fmt::format("LEAK, {}: {}", context.told_before ? "worse" : "confirmed", text);
    const std::string missing = missing_phrase(verdict, series);
    return fmt::format("steady growth: {} (suspected{}{})", text, missing.empty() ? "" : "; ", missing);
}

VerdictRow speed_row(const SeriesVerdict& series) {
    if (!series.slope_per_s) return labelled("how fast", "not measured yet");
    const RateUnit unit = rate_unit_of(series.series, *series.slope_per_s);
    std::string text = rate_in(unit, *series.slope_per_s);
    if (series.slope_ci95_per_s) {
        text += fmt::format(", between {} and {} (95 %)", rate_in(unit, series.slope_ci95_per_s->low),
                            rate_in(unit, series.slope_ci95_per_s->high));
    }
    return labelled("how fast", text);
}

VerdictRow since_row(const Verdict& verdict, const SeriesVerdict& series) {
    if (began_before(verdict, series)) {
        const nanoseconds first = verdict.life_started;
        std::string text =
            fmt::format("{} the first look, {}, {} ago", verdict.process_started ? "before" : "at or before",
                        moment(verdict, first, verdict.now - first), format_duration(verdict.now - first));
        if (verdict.process_started)
            text += fmt::format("; its process began {} earlier",
                                format_duration(first - *verdict.process_started));
        return labelled("since", text);
    }
    const nanoseconds onset = series.onset.value_or(verdict.started);
    std::string text = fmt::format("{}, {} ago", moment(verdict, onset, verdict.now - onset),
                                   format_duration(verdict.now - onset));
    if (series.onset && series.onset_low && series.onset_high && *series.onset_high > *series.onset_low) {
        nanoseconds within = (*series.onset_high - *series.onset_low) / 2;
        // From the first window on: it may have begun with the process, a little before the first look.
        if (verdict.process_started && *series.onset_low <= verdict.life_started + series.window_width)
            within = std::max(within, onset - *verdict.process_started);
        text += fmt::format(" (it began within {} of then)", format_duration(within));
    }
    return labelled("since", text);
}

VerdictRow straight_row(const SeriesVerdict& series) {
    std::string text = fmt::format("{} of {} windows of {} rose", series.windows_up, series.windows,
                                   format_duration(series.window_width));
    if (series.windows == 0) text = "not measured yet";
    if (series.straightness) text += fmt::format("; R2 {:.3f}", *series.straightness);
    if (series.gave_back > 0) {
        text += fmt::format("; the largest earlier rise that was given back: {}",
                            amount(series.series, series.gave_back));
    }
    return labelled("how straight", text);
}

// "7.7 to 8.8 days", "40 min to 1.5 h".
std::string span_of(const Interval& range_s) {
    std::string low = format_duration(seconds(range_s.low));
    const std::string high = format_duration(seconds(range_s.high));
    const auto unit = low.find(' ');
    if (low.substr(unit) == high.substr(high.find(' '))) low.resize(unit);
    return low + " to " + high;
}

// "in 8.4 days (7.9 to 9.1 days), Thu 3 Dec about 14:00".
std::string ahead(const Verdict& verdict, double eta_s, const std::optional<Interval>& range) {
    std::string text = "in " + format_duration(seconds(eta_s));
    if (range) {
        text += " (" + span_of(*range) + ")";
    }
    if (verdict.wall.count() == 0) return text;
    const nanoseconds when = verdict.wall + seconds(eta_s);
    return text + ", " + (eta_s > 6 * 3600 ? format_day_hour(when) : format_day_minute(when));
}

std::string restart_phrase(const Verdict& verdict) {
    const auto gain = restart_gain(verdict);
    if (!gain || gain->beyond) return {};
    std::string text = fmt::format("; a restart now buys {}", format_duration(seconds(gain->until_limit_s)));
    if (const auto now = wall_at(verdict, verdict.now)) {
        text += ", until " + format_day_hour(*now + seconds(gain->until_limit_s));
    }
    return text;
}

std::string limit_name(const Limit& limit) {
    return fmt::format("{} {} ({} used)", people_word(limit.kind),
                       format_size(static_cast<double>(limit.limit_bytes)),
                       format_size(static_cast<double>(limit.used_bytes)));
}

std::string forecast_phrase(const Verdict& verdict, const Forecast& forecast) {
    if (forecast.beyond) {
        const std::int64_t left =
            std::max<std::int64_t>(forecast.limit.limit_bytes - forecast.limit.used_bytes, 0);
        return fmt::format("{}, {} left: not within {}; no longer forecast is possible yet",
                           people_word(forecast.limit.kind), format_size(static_cast<double>(left)),
                           format_duration(seconds(forecast.eta_s)));
    }
    return fmt::format("{} {}{}", limit_name(forecast.limit),
                       ahead(verdict, forecast.eta_s, forecast.eta_range_s),
                       forecast.by_others ? "; others fill the cgroup too" : "");
}

std::string count_forecast_phrase(const Verdict& verdict, Series series, const CountForecast& forecast) {
    const std::string limit = count_limit_phrase(series, forecast.limit);
    if (forecast.beyond)
        return fmt::format("{}: not full within {}", limit, format_duration(seconds(forecast.eta_s)));
    return limit + ", at this rate full " + ahead(verdict, forecast.eta_s, forecast.eta_range_s);
}

// The limit of a count that leads; empty where it has none.
std::optional<std::string> count_limit_of(const Verdict& verdict, const SeriesVerdict& series) {
    if (!series.count_limit) return std::nullopt;
    const auto& forecast = series.count_forecast ? series.count_forecast : series.count_limit_near;
    if (forecast) return count_forecast_phrase(verdict, series.series, *forecast);
    return count_limit_phrase(series.series, *series.count_limit) + ", no forecast yet";
}

VerdictRow limit_row(const Verdict& verdict, const VerdictContext& context) {
    const SeriesVerdict* lead = leader(verdict);
    if (const auto text = lead != nullptr ? count_limit_of(verdict, *lead) : std::nullopt)
        return labelled("limit", *text);
    if (verdict.forecast) {
        return labelled("limit", forecast_phrase(verdict, *verdict.forecast) + restart_phrase(verdict));
    }
    if (verdict.limit_near) return labelled("limit", forecast_phrase(verdict, *verdict.limit_near));
    if (context.last && context.last->limit) {
        return labelled("limit", limit_name(*context.last->limit) + ", no forecast yet");
    }
    return labelled("limit", "none known");
}

bool is_growth(const Verdict& verdict) {
    return verdict.claim == Claim::growing || verdict.claim == Claim::leak;
}

// One series, in one line, beside the leading one.
std::string trend_of(const Verdict& verdict, const SeriesVerdict& series) {
    if (series.claim != Claim::growing && series.claim != Claim::leak) {
        if (&series == collected_heap(verdict) && is_growth(verdict) && heap_rose_with_memory(verdict))
            return fmt::format("rose by {}, to {}", amount(series.series, series.last - series.first),
                               amount(series.series, series.last));
        std::string text = shape_phrase(series);
        const bool told = series.slope_per_s && series.slope_ci95_per_s && series.slope_ci95_per_s->low > 0;
        if (told && series.shape == Shape::ramp) text += ", " + rate(series.series, *series.slope_per_s);
        return text;
    }
    std::string text = grew(series).substr(people_word(series.series).size() + 1);
    if (series.slope_per_s) text += ", " + rate(series.series, *series.slope_per_s);
    if (began_before(verdict, series)) return text + ", since before the first look";
    if (series.onset) text += ", since " + moment(verdict, *series.onset);
    return text;
}

// ", +225 MiB so far (+481 KiB/s)": from end to end, until there are windows to be fitted.
std::string so_far(const Verdict& verdict, const SeriesVerdict& series) {
    constexpr nanoseconds kFirstMinute = std::chrono::minutes(1);
    const nanoseconds watched = verdict.now - verdict.started;
    if (watched < std::min(kFirstMinute, verdict.patience / 4)) return {};
    const double change = series.current - series.first;
    const double per_s = change / duration<double>(watched).count();
    return fmt::format(", {}{} so far ({})", change < 0 ? "" : "+", amount(series.series, change),
                       rate(series.series, per_s));
}

std::string too_short_line(const Verdict& verdict, const SeriesVerdict& series) {
    const std::string watched = format_duration(verdict.now - verdict.started);
    const std::string patience = format_duration(verdict.patience);
    if (verdict.too_sparse) {
        return fmt::format(
            "{}: {} samples, too few to judge: at least 50 in {} (a shorter --interval or a longer "
            "--patience)",
            watched, format_count(verdict.samples), patience);
    }
    if (!series.slope_per_s || series.windows == 0) {
        return fmt::format("{}: {} {}{}; too early for a verdict (--patience {})", watched,
                           people_word(series.series), amount(series.series, series.current),
                           so_far(verdict, series), patience);
    }
    return fmt::format("{}: {}, {} of {} windows up; too early to exclude a warm-up (--patience {})", watched,
                       rate(series.series, *series.slope_per_s), series.windows_up, series.windows, patience);
}

// A line that rises is not healthy only because it has not come far yet, for a process of that size.
std::string too_small_line(const Verdict& verdict, const SeriesVerdict& series) {
    if (verdict.claim != Claim::healthy || !rises_in_a_line(series)) return {};
    const auto gate = std::ranges::find(series.evidence, GateId::materiality, &Gate::id);
    const bool is_small = gate != series.evidence.end() && !gate->passed && gate->value > 0;
    if (!is_small && series.shape != Shape::walk) return {};
    std::string text =
        fmt::format("not decided: {} rises in a line, {}, to {}", people_word(series.series),
                    rate(series.series, *series.slope_per_s), amount(series.series, series.current));
    if (is_small)
        text += fmt::format("; {} of the {} that count", amount(series.series, gate->value),
                            amount(series.series, gate->threshold));
    return text + ", watched for " + format_duration(verdict.now - verdict.started);
}

std::string quiet_line(const Verdict& verdict, const SeriesVerdict& series) {
    if (verdict.claim == Claim::undecided) return "undecided after " + too_short_line(verdict, series);
    if (const std::string line = too_small_line(verdict, series); !line.empty()) return line;
    if (verdict.claim == Claim::healthy && may_be_restarts(verdict, series))
        return fmt::format(
            "not decided: {} rises by {} every {}, then falls back to where it began ({}): a collector, or "
            "restarts of a leak; this recording does not tell lives apart; watched for {}",
            people_word(series.series), amount(series.series, *series.swing), format_duration(*series.period),
            amount(series.series, series.current), format_duration(verdict.now - verdict.started));
    return fmt::format("healthy: {} {}, watched for {}", people_word(series.series), shape_phrase(series),
                       format_duration(verdict.now - verdict.started));
}

// " Tue 24 Nov 03:10": of the first series that was called a leak.
std::string when_detected(const Verdict& verdict) {
    std::optional<nanoseconds> first;
    for (const auto& series : verdict.series) {
        if (series && series->detected_at)
            first = std::min(first.value_or(*series->detected_at), *series->detected_at);
    }
    return first ? " " + moment(verdict, *first) : std::string();
}

std::vector<VerdictRow> head_rows(const Verdict& verdict, const VerdictContext& context) {
    const SeriesVerdict* series = leader(verdict);
    if (series == nullptr) return {};
    std::vector<VerdictRow> rows;
    if (is_growth(verdict)) {
        rows = {speed_row(*series), since_row(verdict, *series), straight_row(*series),
                limit_row(verdict, context)};
        if (const std::string lives = lives_phrase(*series); !lives.empty())
            rows.insert(rows.begin() + 3, labelled("lives", lives + "; each alone is too short to tell"));
    } else if (verdict.limit_near) {
        rows.push_back(
            labelled("limit near", forecast_phrase(verdict, *verdict.limit_near) + " at this rate"));
    }
    for (const auto& one : verdict.series) {
        if (!one || !one->count_limit_near || (is_growth(verdict) && &*one == series)) continue;
        rows.push_back(
            labelled("limit near", count_forecast_phrase(verdict, one->series, *one->count_limit_near)));
    }
    if (is_growth(verdict)) return rows;
    if (verdict.ever_leak)
        rows.push_back(labelled("before", "a leak was confirmed" + when_detected(verdict) + ", and is over"));
    return rows;
}

std::vector<VerdictRow> rows_beside(const Verdict& verdict, const VerdictContext& context) {
    std::vector<VerdictRow> rows;
    const SeriesVerdict* lead = leader(verdict);
    if (lead == nullptr) return rows;
    for (const auto& series : verdict.series) {
        if (!series || series->series == lead->series) continue;
        const bool moves = series->shape != Shape::flat && series->shape != Shape::too_short;
        if (!moves && series->current == 0) continue;
        if (!is_growth(verdict) && series->claim == Claim::healthy && series->shape == Shape::flat) continue;
        if (!is_growth(verdict) && series->claim == Claim::undecided) continue;
        rows.push_back(labelled(people_word(series->series), trend_of(verdict, *series)));
    }
    if (const std::string cause = likely_cause(verdict, context); !cause.empty()) {
        rows.push_back(labelled(is_growth(verdict) ? "likely cause" : "beside", cause));
    }
    if (const auto least = smallest_rise(*lead);
        verdict.claim == Claim::healthy && least && verdict.now > verdict.started) {
        const double span_s = duration<double>(verdict.now - verdict.started).count();
        rows.push_back(labelled(
            "not excluded",
            fmt::format("growth slower than {} ({} in {})", rate(lead->series, *least / span_s).substr(1),
                        amount(lead->series, *least), format_duration(verdict.now - verdict.started))));
    }
    return rows;
}

}  // namespace

std::string status_line(const Verdict& verdict) {
    const SeriesVerdict* series = leader(verdict);
    if (series == nullptr) return "no samples yet";
    if (verdict.claim == Claim::undecided) return too_short_line(verdict, *series);
    if (!is_growth(verdict)) return quiet_line(verdict, *series);
    std::string text = verdict.claim == Claim::leak ? "LEAK: "
                       : rise_of(*series) < 0       ? "steady growth, it may be over: "
                                                    : "steady growth: ";
    text += grew(*series);
    if (series->slope_per_s) text += ", " + rate(series->series, *series->slope_per_s);
    if (const std::string lives = lives_phrase(*series); !lives.empty()) text += ", " + lives;
    if (verdict.forecast && !verdict.forecast->beyond) {
        text += fmt::format(", {} {}", people_word(verdict.forecast->limit.kind),
                            ahead(verdict, verdict.forecast->eta_s, std::nullopt));
    }
    return text;
}

std::string verdict_title(const Verdict& verdict, const VerdictContext& context) {
    const SeriesVerdict* series = leader(verdict);
    if (series == nullptr) return "undecided: no samples";
    return is_growth(verdict) ? what_line(verdict, *series, context) : quiet_line(verdict, *series);
}

std::vector<VerdictRow> verdict_rows(const Verdict& verdict, const VerdictContext& context) {
    std::vector<VerdictRow> rows = head_rows(verdict, context);
    for (VerdictRow& row : rows_beside(verdict, context)) rows.push_back(std::move(row));
    return rows;
}

std::vector<std::string> headline(const Verdict& verdict, const VerdictContext& context) {
    std::vector<std::string> lines{verdict_title(verdict, context)};
    for (const VerdictRow& row : head_rows(verdict, context)) lines.push_back(line_of(row));
    return lines;
}

std::vector<std::string> beside(const Verdict& verdict, const VerdictContext& context) {
    std::vector<std::string> lines;
    for (const VerdictRow& row : rows_beside(verdict, context)) lines.push_back(line_of(row));
    return lines;
}

std::string text_verdict(const Verdict& verdict, const VerdictContext& context) {
    std::string text;
    for (const std::string& line : headline(verdict, context)) text += line + "\n";
    for (const std::string& line : beside(verdict, context)) text += line + "\n";
    return text;
}

}  // namespace rampwatch::report
