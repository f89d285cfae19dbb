// SPDX-License-Identifier: MIT
// What a Detector asks of its series: windows of blocks, floors of teeth, lives; and when that is enough.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/trend/detector.h"

namespace rampwatch::trend {
namespace {

constexpr double kSecondDay = 27.0 / 24;  // when it has answered, in days
constexpr double kViolent = 8;            // times where the window begins
constexpr double kFirstDays = 4;          // in which nearly all that fills by the day's traffic is filled
constexpr double kUneven = 1.5;           // patiences that an uneven rise lasts, where days are not asked

}  // namespace

void Detector::test(Kind kind, std::size_t level, const SeriesContext& context) {
    const Ladder& ladder = floors_.ladder(kind);
    if (kind != Kind::raw && context.watched_s < tuning_.daily_age_days * times_.day_s) return;
    const Policy& suspect = policy(kind, Tier::suspect, context);
    const Policy& confirm = policy(kind, Tier::confirm, context);
    const bool weighed = kind == Kind::raw && is_bytes(series_);
    const double swing = (weighed ? .8 : 2) * static_cast<double>(ladder.pyramid().swings(level).largest);
    const double least = std::max(suspect.min_growth, swing);
    // Windows shorter than the patience count only where the fast path could be open (gates.cpp).
    const bool fast = suspect.fast_path && context.process_age_s >= suspect.patience_s &&
                      floors_.floor_now(kind, level) > 1.8 * floors_.lowest();
    std::optional<Stretch> stretch;
    for (const std::size_t blocks : kWindowBlocks) {
        const double span_s = ladder.block_s(level) * static_cast<double>(blocks);
        if (!fast && span_s < suspect.patience_s) continue;
        if (!ladder.worth_testing(level, blocks, least)) continue;
        // What is loaded after an exec is no part of a rise.
        if (kind == Kind::raw && span_s > floors_.life_s() - loading_s(context)) continue;
        const bool held = weighed && span_s >= confirm.patience_s && held_.wants_at(life_halves());
        if (claim_ == Claim::leak && !renews(span_s) && !held && context.listener == nullptr) continue;
        if (!stretch) stretch.emplace(floors_.stretch(kind, level));
        if (!stretch->usable(blocks)) continue;
        Window window = ladder.window(*stretch, level, blocks, surroundings(kind, context));
        if (kind == Kind::raw && times_.has_days && span_s >= confirm.patience_s)
            window.day = day_before(span_s);
        const Trial trial(window);
        // Neither asks all that the other asks: while young, what is confirmed must be straight instead.
        if (confirms(trial, confirm, kind, context)) {
            fired(Tier::confirm, {kind, level, blocks}, span_s, context);
        } else if (renews(span_s) && trial.survives(suspect)) {
            fired(Tier::suspect, {kind, level, blocks}, span_s, context);
        }
    }
}

bool Detector::confirms(const Trial& trial, const Policy& confirm, Kind kind, const SeriesContext& context) {
    if (!is_bytes(series_) && !context.company && trial.young(confirm)) return false;
    const bool weigh = kind == Kind::raw && is_bytes(series_) && trial.span_s() >= confirm.patience_s;
    const bool answered = day_has_answered(trial, kind, context);
    if (weigh) return weighs_enough(trial, confirm, answered, context);
    return answered && (claim_ < Claim::leak || renews(trial.span_s())) && trial.survives(confirm);
}

// A window that fires changes nothing unless this is so, or the claim is stronger than what stands.
bool Detector::renews(double span_s) const {
    return claim_ < Claim::growing || floors_.now_ns() + std::llround(span_s * 1e9) > growing_until_ns_;
}

double Detector::life_halves() const { return floors_.life_s() / (times_.patience_s / 2); }

Detector::Sum Detector::sum_of(const Trial& trial, const Clues& clues, const SeriesContext& context) const {
    Sum sum{.weight = context.table != nullptr ? weigh(clues, *context.table) : weigh(clues)};
    sum.before = by_past_lives(trial) + by_drop(trial);
    // Of what the second day has not answered nothing is held.
    if (trial.window().day || !times_.has_days)
        sum.before += held_.before(life_halves(), trial.span_s() / (times_.patience_s / 2), clues.from_level);
    return sum;
}

// Weighing costs a hundred times what it costs to see that no answer would change anything: what the second
// day has not answered is not confirmed, and what stands is not confirmed again.
bool Detector::weighs_enough(const Trial& trial, const Policy& confirm, bool answered,
                             const SeriesContext& context) {
    if (!trial.could_be_growth(confirm)) return false;
    const bool stands = claim_ == Claim::leak;
    const bool held = (trial.window().day || !times_.has_days) && held_.wants_at(life_halves());
    if (context.listener == nullptr) {
        if (stands && held) held_.note(life_halves(), tuning_.enough_db);  // what was enough, for as long
        if (stands && !renews(trial.span_s())) return false;
        if (!answered && !held) return false;
    }
    const Clues clues = clues_of(trial, confirm, times_.patience_s);
    const Sum sum = sum_of(trial, clues, context);
    if (held) held_.note(life_halves(), sum.weight.sum);
    if (context.listener != nullptr) {
        (*context.listener)({.series = series_,
                             .now_ns = floors_.now_ns(),
                             .span_s = trial.span_s(),
                             .sum = sum.all(),
                             .answered = answered,
                             .clues = clues});
    }
    return answered && sum.all() >= asked_db(trial, clues);
}

// What has risen since its start has left no level: in a life's first days it may yet be a fill, as most that
// rises then is.
//
// Below two hours of patience no second day tells a fill from a leak: a rise that fails a gate, and be it
// only that it bends, must last half a patience more.
double Detector::asked_db(const Trial& trial, const Clues& clues) const {
    const bool is_short = !times_.has_days && trial.span_s() < kUneven * times_.patience_s;
    const bool never_level =
        times_.has_days && !clues.from_level && floors_.life_s() < kFirstDays * times_.day_s;
    return tuning_.enough_db + (never_level ? tuning_.never_level_db : 0) +
           (is_short && clues[Clue::all_gates] < 1 ? tuning_.short_db : 0);
}

// Nothing that one day's traffic can explain is confirmed before the second day has answered it.
bool Detector::day_has_answered(const Trial& trial, Kind kind, const SeriesContext& context) const {
    if (!times_.has_days || kind != Kind::raw || context.other_witness) return true;
    if (const auto left = trial.left_of_day()) return *left >= tuning_.left_of_day;
    // Whoever waits for it is killed first, or has long seen it.
    const double wait_s = kSecondDay * times_.day_s - floors_.life_s();
    const double slope_per_s = trial.line().slope / trial.window().block_s;
    return (context.room && *context.room < slope_per_s * wait_s) ||
           trial.rise() > kViolent * trial.window().floors.front();
}

std::optional<DayBefore> Detector::day_before(double span_s) const {
    constexpr std::size_t kFewest = 10, kHour = 4;  // slots of a quarter of an hour
    const Ladder& ladder = floors_.ladder(Kind::daily);
    if (ladder.pyramid().size(0) < kFewest) return std::nullopt;
    const Stretch stretch = floors_.stretch(Kind::daily, 0);
    if (!stretch.usable(kFewest)) return std::nullopt;
    const auto mean = [](std::span<const double> values) {
        double sum = 0;
        for (const double value : values) sum += value;
        return sum / static_cast<double>(values.size());
    };
    const double slot_s = ladder.block_s(0);
    DayBefore day{.now = mean(stretch.floors(kHour)), .day_s = times_.day_s};
    const auto ago = static_cast<std::size_t>(span_s / slot_s);
    if (ago + kHour <= stretch.size()) day.at_start = mean(stretch.floors(ago + kHour).first(kHour));
    const std::size_t n = std::min(stretch.size(), static_cast<std::size_t>(times_.day_s / slot_s));
    const Line line = fit_line(stretch.floors(n));
    const double error = slope_error(line.residual_sd, n) * inflation(line.lag1, n, 1);
    const double usual = std::max(line.middle, 1e-3 * std::abs(day.now) + 1);
    day.decline = (-line.slope - error) * times_.day_s / slot_s / usual;
    if (const auto by_days = decline_by_days()) day.decline = std::max(day.decline, *by_days);
    return day;
}

// By what share the last day gave less than the day before it; the wave is in neither. Empty before there are
// two such days, the first one not counted.
std::optional<double> Detector::decline_by_days() const {
    constexpr std::size_t kLevel = 1;
    const Ladder& ladder = floors_.ladder(Kind::daily);
    const auto day = static_cast<std::size_t>(std::lround(times_.day_s / ladder.block_s(kLevel)));
    if (ladder.pyramid().size(kLevel) < 2 * day) return std::nullopt;
    const Stretch stretch = floors_.stretch(Kind::daily, kLevel);
    if (!stretch.usable(2 * day)) return std::nullopt;
    const auto gained = stretch.floors(2 * day);
    double before = 0, last = 0;
    for (std::size_t i = 0; i < day; ++i) {
        before += gained[i];
        last += gained[day + i];
    }
    return before > 0 ? std::optional(1 - last / before) : std::nullopt;
}

// Lives that are each too short are a leak together: from the third on.
void Detector::test_lives(std::size_t finished_levels, const SeriesContext& context) {
    constexpr std::size_t kEvery = 3;  // eight blocks of the base width
    if (past_.size() < 2 || claim_ == Claim::leak || finished_levels <= kEvery) return;
    const auto now = life_so_far(floors_, times_, loading_s(context), context.min_growth);
    const int lives = now ? past_.go_alike(*now, policy(Kind::raw, Tier::confirm, context).patience_s) : 0;
    if (lives == 0) return;
    const Ladder& ladder = floors_.ladder(Kind::raw);
    const std::size_t level = ladder.level_for(now->length_s, kWindowBlocks.back());
    const auto blocks = static_cast<std::size_t>(now->length_s / ladder.block_s(level));
    fired(Tier::confirm, {Kind::raw, level, std::clamp<std::size_t>(blocks, 3, kMostBlocks)}, now->length_s,
          context);
    if (claim_ == Claim::leak) lives_alike_ = lives;
}

// What earlier lives held and kept is expected of this one, in decibans; beyond it is not.
double Detector::by_past_lives(const Trial& trial) const {
    const auto kept = past_.kept();
    if (!kept) return 0;
    return trial.window().floors.back() <= 1.1 * *kept ? -8 : 2;
}

// The same slope again after a drop that did not give all back.
double Detector::by_drop(const Trial& trial) const {
    if (dropped_slope_ <= 0 || trial.window().floors.front() < dropped_above_) return 0;
    const double slope_per_s = trial.line().slope / trial.window().block_s;
    return slope_per_s > dropped_slope_ / 1.3 && slope_per_s < dropped_slope_ * 1.3 ? 4 : 0;
}

// Windows of eight teeth and more that the ladders are too coarse for.
void Detector::test_teeth(const SeriesContext& context) {
    constexpr std::array<std::size_t, 8> kTeeth = {8, 10, 13, 17, 20, 24, 28, 32};
    const double patience_s = policy(Kind::raw, Tier::suspect, context).patience_s;
    for (const std::size_t teeth : kTeeth) {
        if (teeth <= floors_.valleys().size()) test_teeth(teeth, patience_s, context);
    }
}

void Detector::test_teeth(std::size_t teeth, double least_s, const SeriesContext& context) {
    const std::int64_t length_ns = floors_.valley_ns(0) - floors_.valley_ns(teeth - 1);
    const double period_s = static_cast<double>(length_ns) * 1e-9 / static_cast<double>(teeth - 1);
    const double span_s = period_s * static_cast<double>(teeth);
    if (span_s < least_s || period_s < times_.patience_s / 40) return;
    if (claim_ == Claim::leak && !renews(span_s) && context.listener == nullptr) return;
    const std::size_t held = std::min(floors_.valleys().size(), 2 * teeth);
    std::array<double, Valleys::kHeld> floors{};
    for (std::size_t i = 0; i < held; ++i) floors[i] = floors_.valley(held - 1 - i);
    const std::span<const double> all = std::span(floors).first(held);
    const Policy& confirm = policy(Kind::raw, Tier::confirm, context);
    if (all.back() - all[held - teeth] < .4 * confirm.min_growth) return;
    double fall = 0, high = all[0];
    for (const double floor : all) {
        high = std::max(high, floor);
        fall = std::max(fall, high - floor);
    }
    Window window{.floors = all.last(teeth),
                  .means = all.last(teeth),
                  .before = all.first(held - teeth),
                  .block_s = period_s,
                  .base = *std::ranges::min_element(all),
                  .watched_s = context.watched_s,
                  .process_age_s = context.process_age_s,
                  .swing_wide = fall,
                  .swing_fine = fall};
    if (times_.has_days) window.day = day_before(span_s);
    const Trial trial(window);
    const std::size_t level = floors_.ladder(Kind::raw).level_for(1.5 * period_s, 1);
    const double block_s = floors_.ladder(Kind::raw).block_s(level);
    const WindowRef where{Kind::raw, level,
                          std::max<std::size_t>(2, static_cast<std::size_t>(span_s / block_s)), teeth};
    if (confirms(trial, confirm, Kind::raw, context)) {
        fired(Tier::confirm, where, span_s, context);
    } else if (renews(span_s) && trial.survives(policy(Kind::raw, Tier::suspect, context))) {
        fired(Tier::suspect, where, span_s, context);
    }
}

Onset Detector::onset_of(WindowRef where) const {
    if (where.teeth == 0) return find_onset(floors_, where);
    const std::size_t first = where.teeth - 1;
    const std::int64_t at_ns = floors_.valley_ns(first);
    const std::int64_t period_ns = (floors_.valley_ns(0) - at_ns) / static_cast<std::int64_t>(first);
    return {at_ns, at_ns - period_ns, at_ns + period_ns, floors_.valley(first)};
}

Estimate Detector::growth(std::int64_t since_ns) const {
    constexpr std::size_t kFewest = 6;
    std::size_t n = 0;
    while (n < floors_.valleys().size() && floors_.valley_ns(n) >= since_ns) ++n;
    if (fired_.teeth == 0 || n < kFewest) return growth_since(floors_, times_, since_ns);
    std::array<double, Valleys::kHeld> floors{};
    for (std::size_t i = 0; i < n; ++i) floors[i] = floors_.valley(n - 1 - i);
    const double length_s = static_cast<double>(floors_.valley_ns(0) - floors_.valley_ns(n - 1)) * 1e-9;
    return estimate(std::span(floors).first(n), length_s / static_cast<double>(n - 1), 0);
}

}  // namespace rampwatch::trend
