// SPDX-License-Identifier: MIT
// What a Detector says of its series: numbers, shape and evidence. Claims are made in detector.cpp.
#include <algorithm>
#include <cmath>

#include "core/trend/detector.h"
#include "core/trend/shape.h"

namespace rampwatch::trend {
namespace {

constexpr double kPassedAll = 10;  // above any score of a window that did not
constexpr double kWeighed = 1000;  // ... and of one that could not be growth

std::chrono::nanoseconds ns(std::int64_t value) { return std::chrono::nanoseconds(value); }

}  // namespace

Detector::Best Detector::best_window(const SeriesContext& context) const {
    const Kind kind = claim_ >= Claim::growing ? fired_.kind : Kind::raw;
    const Policy confirm = policy_for(series_, kind, Tier::confirm, times_, context.min_growth, tuning_);
    const Ladder& ladder = floors_.ladder(kind);
    Best best;
    double best_score = -1;
    // Of an episode, the width that raised it and wider ones, until one passes all.
    const bool growing = claim_ >= Claim::growing, weighs = kind == Kind::raw && is_bytes(series_);
    for (std::size_t level = growing ? fired_.level : 0; level < ladder.pyramid().levels(); ++level) {
        if (!weighs && best_score >= kPassedAll) break;
        const Stretch stretch = floors_.stretch(kind, level);
        for (const std::size_t blocks : kWindowBlocks) {
            const double span_s = ladder.block_s(level) * static_cast<double>(blocks);
            if (!stretch.usable(blocks)) continue;
            Window window = ladder.window(stretch, level, blocks, surroundings(kind, context));
            if (weighs && times_.has_days) window.day = day_before(span_s);
            const Trial trial(window);
            auto evidence = gates_of(trial, confirm, context);
            const auto passed = std::ranges::count_if(evidence, &Gate::passed);
            const double share = static_cast<double>(passed) / static_cast<double>(evidence.size());
            const double material = std::clamp(trial.rise() / trial.materiality(confirm), 0.0, 1.0);
            double score = share == 1 ? kPassedAll : share + .5 * material;
            std::optional<Weighing> weighing;
            if (weighs && trial.could_be_growth(confirm) && span_s >= confirm.patience_s &&
                span_s <= floors_.life_s() - loading_s(context)) {
                weighing = weighing_of(trial, confirm, context);
                score = kWeighed + weighing->sum_db - weighing->asked_db;
            }
            if (score <= best_score) continue;
            best_score = score;
            best = {{kind, level, blocks},
                    std::move(evidence),
                    std::move(weighing),
                    day_has_answered(trial, kind, context)};
            if (!weighs && share == 1) break;
        }
    }
    return best;
}

std::vector<Gate> Detector::gates_of(const Trial& trial, const Policy& confirm,
                                     const SeriesContext& context) const {
    auto gates = trial.evidence(confirm);
    if (!is_bytes(series_) && trial.young(confirm))
        gates.push_back({GateId::company, context.company ? 1.0 : 0.0, 1, true, context.company});
    return gates;
}

Weighing Detector::weighing_of(const Trial& trial, const Policy& confirm,
                               const SeriesContext& context) const {
    const Clues clues = clues_of(trial, confirm, times_.patience_s);
    const Sum sum = sum_of(trial, clues, context);
    Weighing weighing{.window = ns(std::llround(trial.span_s() * 1e9)),
                      .start_db = sum.weight.start,
                      .before_db = sum.before,
                      .sum_db = sum.all(),
                      .asked_db = asked_db(trial, clues)};
    for (std::size_t i = 0; i < kClues; ++i) {
        const auto clue = static_cast<Clue>(i);
        if (std::isnan(clues[clue])) continue;
        weighing.reasons.push_back({word(clue), group_of(clue), static_cast<double>(clues[clue]),
                                    static_cast<double>(sum.weight.of[i])});
    }
    return weighing;
}

Missing Detector::missing(const Best& best, const SeriesContext& context) const {
    if (claim_ != Claim::growing) return Missing::nothing;
    if (context.uncollected) return Missing::collection;
    const Policy confirm =
        policy_for(series_, fired_.kind, Tier::confirm, times_, context.min_growth, tuning_);
    if (floors_.life_s() < confirm.patience_s + loading_s(context)) return Missing::time;
    if (best.weighing && best.weighing->sum_db < best.weighing->asked_db) return Missing::evidence;
    if (best.weighing) return best.answered ? Missing::interval : Missing::second_day;
    for (const Gate& gate : best.evidence) {
        if (gate.passed) continue;
        if (gate.id == GateId::patience) return Missing::time;
        if (gate.id == GateId::materiality) return Missing::rise;
        return Missing::evidence;
    }
    return best.answered ? Missing::interval : Missing::second_day;
}

void Detector::describe_growth(SeriesVerdict& verdict) const {
    const Ladder& raw = floors_.ladder(Kind::raw);
    if (raw.pyramid().size(0) < 10) return;
    double since_s = std::min(floors_.life_s(), times_.patience_s);
    if (claim_ >= Claim::growing) since_s = static_cast<double>(floors_.now_ns() - onset_.at_ns) * 1e-9;
    const std::int64_t since_ns = floors_.now_ns() - std::llround(since_s * 1e9);
    const Estimate growth = this->growth(since_ns);
    if (growth.steps == 0) return;
    verdict.slope_per_s = growth.slope_per_s;
    verdict.slope_ci95_per_s = growth.ci95_per_s;
    verdict.straightness = growth.straightness;
    verdict.windows_up = growth.steps_up;
    verdict.windows = growth.steps;
    verdict.window_width = ns(std::llround(raw.block_s(raw.level_for(since_s, 32)) * 1e9));
}

void Detector::describe_shape(SeriesVerdict& verdict, const SeriesContext& context) const {
    const double material = std::max(context.min_growth, .02 * floors_.lowest_of_day());
    const ShapeFound seen = claim_ >= Claim::growing
                                ? shape_of_growth(floors_, times_, fired_.kind, onset_.at_ns)
                                : shape_at_rest(floors_, times_, material);
    // What only levelled off has given nothing back.
    const Ladder& raw = floors_.ladder(Kind::raw);
    const auto least_and_most = [&](double span_s) -> std::ranges::minmax_result<double> {
        const std::size_t level = raw.level_for(span_s, 16);
        const Stretch stretch = floors_.stretch(Kind::raw, level);
        if (stretch.size() == 0) return {verdict.current, verdict.current};
        const auto blocks = static_cast<std::size_t>(span_s / raw.block_s(level)) + 1;
        const auto y = stretch.floors(std::clamp<std::size_t>(blocks, 1, stretch.size()));
        return std::ranges::minmax(y);
    };
    const bool recovers = floors_.now_ns() < recovering_until_ns_ && raw.pyramid().size(0) > 1 &&
                          least_and_most(2 * times_.patience_s).max - verdict.current >= material / 2;
    verdict.shape = recovers ? Shape::recovering : seen.shape;
    // The floor of teeth lies between them, and not wherever the last block does.
    const bool has_teeth = seen.shape == Shape::sawtooth || seen.shape == Shape::periodic;
    if (claim_ < Claim::growing && has_teeth && seen.period_s && raw.pyramid().size(0) > 1)
        verdict.current = std::min(verdict.current, least_and_most(*seen.period_s).min);
    verdict.levels_off_at = seen.levels_off_at;
    verdict.swing = seen.swing;
    if (seen.period_s) verdict.period = ns(std::llround(*seen.period_s * 1e9));
}

SeriesVerdict Detector::verdict(const SeriesContext& context) const {
    SeriesVerdict verdict{
        .series = series_, .claim = claim_, .first = floors_.first(), .last = floors_.last()};
    const Ladder& raw = floors_.ladder(Kind::raw);
    verdict.current = floors_.floor_now(Kind::raw, raw.level_for(times_.patience_s / 32, 1));
    describe_growth(verdict);
    Best best = best_window(context);
    verdict.missing = missing(best, context);
    verdict.evidence = std::move(best.evidence);
    verdict.weighing = std::move(best.weighing);
    if (claim_ >= Claim::growing) {
        verdict.onset = ns(onset_.at_ns);
        verdict.onset_low = ns(onset_.low_ns);
        verdict.onset_high = ns(onset_.high_ns);
        verdict.rise = verdict.current - onset_floor_;
    }
    if (claim_ == Claim::leak) verdict.lives_alike = lives_alike_;
    if (suspected_at_ns_) verdict.suspected_at = ns(*suspected_at_ns_);
    if (detected_at_ns_) verdict.detected_at = ns(*detected_at_ns_);
    verdict.gave_back = raw.pyramid().swing_from(0);
    verdict.times_given_back = static_cast<int>(raw.pyramid().swings(0).count);
    describe_shape(verdict, context);
    return verdict;
}

}  // namespace rampwatch::trend
