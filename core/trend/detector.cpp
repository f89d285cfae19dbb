// SPDX-License-Identifier: MIT
#include "core/trend/detector.h"

#include <algorithm>
#include <cmath>

namespace rampwatch::trend {
namespace {

std::int64_t to_ns(double seconds) { return std::llround(seconds * 1e9); }

}  // namespace

Detector::Detector(Series series, const Times& times, const Tuning& tuning)
    : series_(series), times_(times), tuning_(tuning), floors_(times) {}

void Detector::restart() {
    floors_.restart();
    claim_ = Claim::undecided;
    recovering_until_ns_ = 0;
}

void Detector::finish_until(const Look& look, const SeriesContext& context) {
    floors_.finish_until(look, [&](const std::array<std::size_t, kKinds.size()>& levels) {
        if (context.sparse) return;
        if (claim_ == Claim::undecided && floors_.life_s() >= times_.patience_s) claim_ = Claim::healthy;
        for (const Kind kind : kKinds) {
            for (std::size_t level = 0; level < levels[static_cast<std::size_t>(kind)]; ++level) {
                test(kind, level, context);
            }
        }
        refute(levels);
    });
}

Surroundings Detector::surroundings(Kind kind, const SeriesContext& context) const {
    Surroundings around{.watched_s = context.watched_s, .process_age_s = context.process_age_s};
    if (kind == Kind::daily) {
        around.base = floors_.lowest_of_day();
        around.range_before_counts = true;
    }
    return around;
}

const Policy& Detector::policy(Kind kind, Tier tier, const SeriesContext& context) {
    if (policies_for_ != context.min_growth) {
        policies_for_ = context.min_growth;
        for (const Kind k : kKinds) {
            for (const Tier t : {Tier::suspect, Tier::confirm}) {
                policies_[static_cast<std::size_t>(k)][static_cast<std::size_t>(t)] =
                    policy_for(series_, k, t, times_, context.min_growth, tuning_);
            }
        }
    }
    return policies_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(tier)];
}

void Detector::test(Kind kind, std::size_t level, const SeriesContext& context) {
    const Ladder& ladder = floors_.ladder(kind);
    if (kind != Kind::raw && context.watched_s < tuning_.daily_age_days * times_.day_s) return;
    const Policy& suspect = policy(kind, Tier::suspect, context);
    const Policy& confirm = policy(kind, Tier::confirm, context);
    const double least =
        std::max(suspect.min_growth, 2 * static_cast<double>(ladder.pyramid().swings(level).largest));
    // Windows shorter than the patience count only where the fast path could be open (gates.cpp).
    const bool fast = suspect.fast_path && context.process_age_s >= suspect.patience_s &&
                      floors_.floor_now(kind, level) > 1.8 * floors_.lowest();
    std::optional<Stretch> stretch;
    for (const std::size_t blocks : kWindowBlocks) {
        if (!fast && ladder.block_s(level) * static_cast<double>(blocks) < suspect.patience_s) continue;
        if (!ladder.worth_testing(level, blocks, least)) continue;
        if (!stretch) stretch.emplace(floors_.stretch(kind, level));
        if (!stretch->usable(blocks)) continue;
        const Trial trial(ladder.window(*stretch, level, blocks, surroundings(kind, context)));
        // Neither asks all that the other asks: while young, what is confirmed must be straight instead.
        const bool alone = !is_bytes(series_) && !context.company && trial.young(confirm);
        if (!alone && trial.survives(confirm)) {
            fired(Tier::confirm, {kind, level, blocks});
        } else if (trial.survives(suspect)) {
            fired(Tier::suspect, {kind, level, blocks});
        }
    }
}

void Detector::fired(Tier tier, WindowRef where) {
    const double span_s = floors_.ladder(where.kind).block_s(where.level) * static_cast<double>(where.blocks);
    const std::int64_t now_ns = floors_.now_ns();
    growing_until_ns_ = std::max(growing_until_ns_, now_ns + to_ns(span_s));
    const Claim said = tier == Tier::confirm ? Claim::leak : Claim::growing;
    if (said <= claim_) return;
    fired_ = where;
    fired_ns_ = now_ns;
    onset_ = find_onset(floors_, where);
    slope_per_s_ = growth_since(floors_, times_, onset_.at_ns).slope_per_s;
    peak_ = episode_floor();
    onset_floor_ = where.kind == Kind::raw ? onset_.floor : peak_;
    claim_ = said;
    recovering_until_ns_ = 0;
    if (!suspected_at_ns_) suspected_at_ns_ = now_ns;
    if (said == Claim::leak && !detected_at_ns_) detected_at_ns_ = now_ns;
}

// The floor that an episode is measured by: under a wave, that of the whole day.
double Detector::episode_floor() const {
    if (fired_.kind == Kind::raw) return floors_.floor_now(Kind::raw, fired_.level);
    return floors_.lowest_of_day();
}

// Takes back what the floors no longer bear out.
void Detector::refute(const std::array<std::size_t, kKinds.size()>& levels) {
    if (claim_ == Claim::growing && floors_.now_ns() > growing_until_ns_) {
        claim_ = floors_.life_s() >= times_.patience_s ? Claim::healthy : Claim::undecided;
        return;
    }
    const auto kind = static_cast<std::size_t>(fired_.kind);
    if (claim_ != Claim::leak || levels[kind] <= fired_.level) return;
    if (!given_back() && !level_again()) return;
    claim_ = Claim::healthy;
    const double block_s = floors_.ladder(fired_.kind).block_s(fired_.level);
    recovering_until_ns_ = floors_.now_ns() + to_ns(block_s * static_cast<double>(fired_.blocks));
}

bool Detector::given_back() {
    const double floor = episode_floor();
    peak_ = std::max(peak_, floor);
    return floor < peak_ - .5 * (peak_ - onset_floor_);
}

// A whole new window, of a day or more under a wave, rises by less than a quarter of what was confirmed.
bool Detector::level_again() const {
    const Ladder& ladder = floors_.ladder(fired_.kind);
    double span_s = ladder.block_s(fired_.level) * static_cast<double>(fired_.blocks);
    if (fired_.kind != Kind::raw) span_s = std::max(span_s, 1.5 * times_.day_s);
    const std::int64_t since_ns = floors_.now_ns() - to_ns(span_s);
    if (since_ns < fired_ns_ || floors_.now_ns() < growing_until_ns_) return false;
    return growth_since(floors_, times_, since_ns).ci95_per_s.high < .25 * slope_per_s_;
}

std::optional<Detector::Pace> Detector::pace(double least_per_s) const {
    const double least = std::max(least_per_s * pace_seen_s(), 1.0);
    if (!floors_.ladder(Kind::raw).worth_testing(0, kPaceBlocks, least)) return std::nullopt;
    const Stretch stretch = floors_.stretch(Kind::raw, 0);
    if (!stretch.usable(kPaceBlocks)) return std::nullopt;
    const Estimate now = estimate(stretch.floors(kPaceBlocks), times_.base_s, 0);
    return now.z >= 6 ? std::optional(Pace{now, pace_seen_s()}) : std::nullopt;
}

bool Detector::sound() const {
    const auto time = [](std::int64_t ns) { return ns > -kMostTime_ns && ns < kMostTime_ns; };
    return claim_ <= Claim::leak && fired_.kind <= Kind::low &&
           fired_.level < floors_.ladder(Kind::raw).pyramid().levels() &&
           (fired_.kind == Kind::raw || fired_.level < floors_.ladder(fired_.kind).pyramid().levels()) &&
           fired_.blocks <= kWindowBlocks.back() && time(growing_until_ns_) && time(onset_.at_ns) &&
           time(onset_.low_ns) && time(onset_.high_ns) && time(fired_ns_) && time(recovering_until_ns_) &&
           time(suspected_at_ns_.value_or(0)) && time(detected_at_ns_.value_or(0)) && floors_.sound();
}

double Detector::usual_swing() const {
    double swing = 0;
    for (std::size_t level = 0; level < 6; ++level) {
        swing = std::max(swing, static_cast<double>(floors_.ladder(Kind::raw).pyramid().swings(level).usual));
    }
    return swing;
}

}  // namespace rampwatch::trend
