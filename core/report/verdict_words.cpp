// SPDX-License-Identifier: MIT
#include "core/report/verdict_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/units.h"
#include "core/model/words.h"

namespace rampwatch::report {

using std::chrono::nanoseconds;

std::string_view people_word(Series series) { return row_of(series).people; }

std::string_view people_word(LimitKind kind) {
    switch (kind) {
        case LimitKind::given:
            return "limit given";
        case LimitKind::cgroup_max:
            return "cgroup memory.max";
        case LimitKind::cgroup_high:
            return "cgroup memory.high";
        case LimitKind::rlimit_as:
            return "RLIMIT_AS";
        case LimitKind::physical:
            return "physical memory";
    }
    return "?";
}

std::string amount(Series series, double value) {
    if (is_bytes(series)) return format_size(value);
    return std::isfinite(value) && std::fabs(value) < 1e15 ? format_count(std::llround(value)) : "?";
}

RateUnit rate_unit_of(Series series, double per_s) {
    return is_bytes(series) ? rate_unit(per_s) : count_rate_unit(per_s);
}

std::string rate_in(const RateUnit& unit, double per_s) {
    const std::string text = format_rate_in(unit, per_s);
    return text.starts_with('-') ? text : "+" + text;
}

std::string rate(Series series, double per_s) { return rate_in(rate_unit_of(series, per_s), per_s); }

std::optional<nanoseconds> wall_at(const Verdict& verdict, nanoseconds mono) {
    if (verdict.wall.count() == 0) return std::nullopt;
    return verdict.wall - (verdict.now - mono);
}

std::string moment(const Verdict& verdict, nanoseconds mono, nanoseconds ago) {
    if (const auto wall = wall_at(verdict, mono))
        return ago < std::chrono::hours(1) ? format_day_second(*wall) : format_day_minute(*wall);
    return fmt::format("at {:.0f} s", std::chrono::duration<double>(mono).count());
}

const SeriesVerdict* leader(const Verdict& verdict) {
    const auto& named = verdict.series[index(verdict.leading.value_or(Series::memory))];
    if (named) return &*named;
    for (const auto& series : verdict.series) {
        if (series) return &*series;
    }
    return nullptr;
}

namespace {

// ", 24 more than at the start", of a count that has risen by what a person would call more.
std::string since_the_start(const SeriesVerdict& series) {
    const double rise = series.current - series.first;
    if (is_bytes(series.series) || !rose_visibly(series)) return {};
    return fmt::format(", {} more than at the start", amount(series.series, rise));
}

}  // namespace

bool began_before(const Verdict& verdict, const SeriesVerdict& series) {
    if (series.claim < Claim::growing) return false;
    const nanoseconds first = verdict.life_started;
    const nanoseconds slack = std::max<nanoseconds>(series.window_width, std::chrono::seconds(1));
    const nanoseconds earliest = series.onset_low.value_or(series.onset.value_or(first));
    if (earliest > first + slack) return false;
    return !verdict.process_started || *verdict.process_started + slack < first;
}

const SeriesVerdict* collected_heap(const Verdict& verdict) {
    for (const Series series : {Series::go_heap, Series::java_old}) {
        if (const auto& found = verdict.series[index(series)]) return &*found;
    }
    return nullptr;
}

bool heap_rose_with_memory(const Verdict& verdict) {
    const SeriesVerdict* heap = collected_heap(verdict);
    const auto& memory = verdict.series[index(Series::memory)];
    const double own = memory ? memory->current - memory->first : 0;
    return heap != nullptr && own > 0 && heap->last - heap->first > own / 4;
}

bool rises_in_a_line(const SeriesVerdict& series) {
    return series.claim < Claim::growing && series.straightness.value_or(0) >= .9 && series.windows >= 4 &&
           series.windows_up * 10 >= series.windows * 8 && series.slope_ci95_per_s &&
           series.slope_ci95_per_s->low > 0;
}

bool may_be_restarts(const Verdict& verdict, const SeriesVerdict& series) {
    if (verdict.lives > 1 || verdict.process_started || series.shape != Shape::sawtooth) return false;
    if (!series.swing || !series.period || *series.period < verdict.patience / 8) return false;
    // A collector keeps what the program has loaded since its start; who falls to a third of its peak, and to
    // what it was first seen with, keeps hardly anything.
    return *series.swing >= 2 * series.current &&
           std::abs(series.current - series.first) <= .1 * *series.swing;
}

std::string lives_phrase(const SeriesVerdict& series) {
    if (series.lives_alike == 0) return {};
    return fmt::format("{} lives in a row rose alike", series.lives_alike);
}

bool rises_slowly(const SeriesVerdict& series) {
    const double rise = series.current - series.first;
    return series.slope_ci95_per_s && series.slope_ci95_per_s->low > 0 &&
           series.windows_up * 4 >= series.windows * 3 && rise >= .05 * series.first && rise > 0;
}

bool rose_visibly(const SeriesVerdict& series) {
    const double rise = series.current - series.first;
    return rise >= 5 && rise >= 0.2 * series.first;
}

std::string shape_phrase(const SeriesVerdict& series) {
    const std::string now = amount(series.series, series.current);
    const std::string every =
        series.period ? fmt::format(" every {}", format_duration(*series.period)) : std::string();
    const std::string swing = series.swing ? fmt::format(" of {}", amount(series.series, *series.swing)) : "";
    const std::string near =
        series.levels_off_at ? fmt::format(" near {}", amount(series.series, *series.levels_off_at)) : "";
    switch (series.shape) {
        case Shape::too_short:
            return fmt::format("at {}", now) + since_the_start(series);
        case Shape::flat:
            if (rises_slowly(series)) return fmt::format("rises slowly, below what counts here, to {}", now);
            return fmt::format("level at {}", now);
        case Shape::warmup:
            return near.empty() ? fmt::format("warming up, at {}, and slowing", now)
                                : fmt::format("warming up, at {}, levels off{}", now, near);
        case Shape::plateau:
            return fmt::format("rose to a plateau{}", near.empty() ? fmt::format(" at {}", now) : near);
        case Shape::sawtooth:
            return fmt::format("sawtooth{}{}, its floor level at {}", swing, every, now);
        case Shape::step:
            return fmt::format("one step up, then level at {}", now);
        case Shape::staircase:
            return fmt::format("rises in steps, to {}", now);
        case Shape::periodic:
            return fmt::format("a wave{}{}, its floor at {}", swing, every, now);
        case Shape::walk:
            if (rises_in_a_line(series)) return fmt::format("rises in a line, to {}", now);
            return fmt::format("wanders{}, at {}", swing, now);
        case Shape::ramp:
            return fmt::format("rises in a line, to {}", now);
        case Shape::ramp_on_sawtooth:
            return fmt::format("a rising floor, at {}, under a sawtooth{}{}", now, swing, every);
        case Shape::ramp_on_periodic:
            return fmt::format("a rising floor, at {}, under a wave{}{}", now, swing, every);
        case Shape::recovering:
            return fmt::format("gives back what had grown, now at {}", now);
    }
    return now;
}

std::string count_limit_phrase(Series series, const CountLimit& limit) {
    const std::string most = format_count(limit.most), used = format_count(limit.used);
    if (series == Series::fds)
        return fmt::format("of {} descriptors allowed (RLIMIT_NOFILE) {} are open", most, used);
    return fmt::format("of {} threads its cgroup allows (pids.max) {} are there", most, used);
}

std::optional<double> smallest_rise(const SeriesVerdict& series) {
    for (const Gate& gate : series.evidence) {
        if (gate.id == GateId::materiality) return gate.threshold;
    }
    return std::nullopt;
}

}  // namespace rampwatch::report
