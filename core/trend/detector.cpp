// SPDX-License-Identifier: MIT
#include "core/trend/detector.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rampwatch::trend {
namespace {

// What is loaded right after an exec, a thirty-second of the patience at most, is no context: measured
// against it everything grows, and everything that comes after it is slower.
constexpr double kLoading = 1.0 / 32;

std::int64_t to_ns(double seconds) { return std::llround(seconds * 1e9); }

}  // namespace

Detector::Detector(Series series, const Times& times, const Tuning& tuning)
    : series_(series), times_(times), tuning_(tuning), floors_(times) {}

void Detector::restart(const SeriesContext& context) {
    if (floors_.begun() && !context.sparse) {
        if (const auto life = life_so_far(floors_, times_, loading_s(context), context.min_growth))
            past_.add(*life);
    }
    floors_.restart();
    held_.restart();
    dropped_slope_ = 0;
    lives_alike_ = 0;
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
        test_lives(levels[0], context);
        if (floors_.tooth_ended() && is_bytes(series_)) test_teeth(context);
        refute(levels);
    });
}

double Detector::loading_s(const SeriesContext& context) const {
    const double age_when_seen_s = context.process_age_s - floors_.life_s();
    return std::max(0.0, kLoading * times_.patience_s - age_when_seen_s);
}

Surroundings Detector::surroundings(Kind kind, const SeriesContext& context) const {
    Surroundings around{.watched_s = context.watched_s, .process_age_s = context.process_age_s};
    around.loading_s = loading_s(context);
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

void Detector::fired(Tier tier, WindowRef where, double span_s, const SeriesContext& context) {
    const std::int64_t now_ns = floors_.now_ns();
    growing_until_ns_ = std::max(growing_until_ns_, now_ns + to_ns(span_s));
    Claim said = tier == Tier::confirm && !context.uncollected ? Claim::leak : Claim::growing;
    if (said <= claim_) return;
    const WindowRef before = std::exchange(fired_, where);
    const Onset onset = onset_of(where);
    const Estimate growth = this->growth(onset.at_ns);
    if (said == Claim::leak && growth.ci95_per_s.low <= 0) said = Claim::growing;  // it may yet be nothing
    if (said <= claim_) {
        fired_ = before;
        return;
    }
    fired_ns_ = now_ns;
    onset_ = onset;
    slope_per_s_ = growth.slope_per_s;
    zero_since_ns_.reset();
    peak_ = episode_floor();
    onset_floor_ = where.kind == Kind::raw ? onset_.floor : peak_;
    claim_ = said;
    lives_alike_ = 0;
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
    const bool dropped = given_back();
    if (!dropped && !level_again() && !level_for_a_day() && !holds_zero()) return;
    dropped_slope_ = dropped ? slope_per_s_ : 0;
    dropped_above_ = onset_floor_ + .1 * (peak_ - onset_floor_);
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
    return growth(since_ns).ci95_per_s.high < .25 * slope_per_s_;
}

// Today at every hour was hardly above yesterday: by less than a quarter of what was confirmed.
bool Detector::level_for_a_day() const {
    constexpr std::size_t kHours = 17;  // slots: half a patience of 9 h
    if (!times_.has_days || floors_.now_ns() - fired_ns_ < to_ns(times_.day_s)) return false;
    const Stretch stretch = floors_.stretch(Kind::daily, 0);
    if (!stretch.usable(kHours)) return false;
    return std::ranges::max(stretch.floors(kHours)) < .25 * slope_per_s_ * times_.day_s;
}

bool Detector::holds_zero() {
    const std::int64_t now_ns = floors_.now_ns();
    if (growth(onset_.at_ns).ci95_per_s.low > 0) {
        zero_since_ns_.reset();
        return false;
    }
    if (!zero_since_ns_) zero_since_ns_ = now_ns;
    return now_ns - *zero_since_ns_ >= to_ns(times_.patience_s / 2);
}

bool Detector::sound() const {
    const auto time = [](std::int64_t ns) { return ns > -kMostTime_ns && ns < kMostTime_ns; };
    return claim_ <= Claim::leak && fired_.kind <= Kind::low &&
           fired_.level < floors_.ladder(Kind::raw).pyramid().levels() &&
           (fired_.kind == Kind::raw || fired_.level < floors_.ladder(fired_.kind).pyramid().levels()) &&
           fired_.blocks <= kMostBlocks && fired_.teeth <= Valleys::kHeld && time(growing_until_ns_) &&
           time(onset_.at_ns) && time(onset_.low_ns) && time(onset_.high_ns) && time(fired_ns_) &&
           time(recovering_until_ns_) && time(zero_since_ns_.value_or(0)) &&
           time(suspected_at_ns_.value_or(0)) && time(detected_at_ns_.value_or(0)) && floors_.sound() &&
           held_.sound() && past_.sound() && std::isfinite(dropped_slope_) && std::isfinite(dropped_above_);
}

double Detector::usual_swing() const {
    double swing = 0;
    for (std::size_t level = 0; level < 6; ++level) {
        swing = std::max(swing, static_cast<double>(floors_.ladder(Kind::raw).pyramid().swings(level).usual));
    }
    return swing;
}

}  // namespace rampwatch::trend
