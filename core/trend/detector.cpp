// SPDX-License-Identifier: MIT
#include "core/trend/detector.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/trend/estimate.h"

namespace rampwatch::trend {
namespace {

constexpr std::size_t kLevels = 13;
constexpr std::int64_t kMostHole = 4096;  // blocks; a longer one begins the floors anew

double fading(const Times& times) { return std::exp(-times.base_s / (30 * times.day_s)); }

std::chrono::nanoseconds ns(std::int64_t value) { return std::chrono::nanoseconds(value); }

std::int64_t to_ns(double seconds) { return std::llround(seconds * 1e9); }

}  // namespace

Detector::Detector(Series series, const Times& times)
    : series_(series), times_(times), raw_(kLevels, fading(times), times.base_s) {}

void Detector::restart() {
    raw_.restart();
    begun_ = false;
    block_end_ns_ = std::numeric_limits<std::int64_t>::min();
    block_count_ = 0;
    claim_ = Claim::undecided;
    recovering_ = false;
    pace_.reset();
}

void Detector::begin_life(const Look& look) {
    begun_ = true;
    origin_ = look.last;
    life_start_ns_ = look.t_ns - look.span_ns;
    block_end_ns_ = life_start_ns_ + times_.base.count();
    now_ns_ = look.t_ns;
}

void Detector::fold(const Look& look) {
    if (block_count_ == 0) {
        block_min_ = look.min;
        block_sum_ = 0;
    }
    block_min_ = std::min(block_min_, look.min);
    block_sum_ += look.mean * look.count;
    block_count_ += look.count;
    last_ = look.last;
    now_ns_ = look.t_ns;
}

void Detector::finish_until(const Look& look, const Beside& beside) {
    if (!begun_) begin_life(look);
    const std::int64_t from_ns = look.t_ns - look.span_ns;
    if ((look.t_ns - block_end_ns_) / times_.base.count() > kMostHole) {
        const Claim claim = claim_;
        restart();
        claim_ = claim == Claim::leak ? claim : Claim::undecided;
        begin_life(look);
    }
    now_ns_ = look.t_ns;  // what a finished block makes us say is said with this look
    if (from_ns < block_end_ns_ && block_end_ns_ < look.t_ns) fold(look);
    while (block_end_ns_ < look.t_ns) {
        finish_block(beside);
        block_end_ns_ += times_.base.count();
        if (from_ns < block_end_ns_ && block_end_ns_ < look.t_ns) fold(look);
    }
    fold(look);
}

void Detector::finish_block(const Beside& beside) {
    Block block;
    if (block_count_ > 0) {
        block = {static_cast<float>(block_min_ - origin_),
                 static_cast<float>(block_sum_ / block_count_ - origin_)};
    }
    block_count_ = 0;
    const std::size_t levels = raw_.push(block);
    if (raw_.pyramid().count(0) == 1) first_floor_ = block_min_;
    update_pace();
    if (beside.sparse) return;
    if (claim_ == Claim::undecided && life_s() >= times_.patience_s) claim_ = Claim::healthy;
    for (std::size_t level = 0; level < levels; ++level) test_level(level, beside);
    refute(levels);
}

Surroundings Detector::surroundings(const Beside& beside) const {
    return {.origin = origin_, .watched_s = beside.watched_s, .process_age_s = beside.process_age_s};
}

void Detector::test_level(std::size_t level, const Beside& beside) {
    const double block_s = raw_.block_s(level);
    if (block_s * static_cast<double>(kWindowBlocks.back()) < times_.shortest_span_s) return;
    const Policy confirm = policy_for(series_, Tier::confirm, times_, beside.min_growth);
    const Policy suspect = policy_for(series_, Tier::suspect, times_, beside.min_growth);
    const double least = std::max(
        suspect.min_growth, suspect.swing_factor * static_cast<double>(raw_.pyramid().swings(level).largest));
    std::optional<Stretch> stretch;
    for (const std::size_t blocks : kWindowBlocks) {
        if (!raw_.worth_testing(level, blocks, least)) continue;
        if (!stretch) stretch.emplace(raw_.pyramid(), level, origin_);
        if (!stretch->usable(blocks)) continue;
        const Where where{level, blocks};
        const Trial trial(raw_.window(*stretch, where, surroundings(beside)));
        if (!trial.survives(suspect)) continue;
        const bool alone = !is_bytes(series_) && !beside.company && trial.young(confirm);
        if (!alone && trial.survives(confirm)) {
            fired(Tier::confirm, where);
        } else {
            fired(Tier::suspect, where);
        }
    }
}

void Detector::fired(Tier tier, Where where) {
    const double span_s = raw_.block_s(where.level) * static_cast<double>(where.blocks);
    growing_until_ns_ = std::max(growing_until_ns_, now_ns_ + to_ns(span_s));
    const Claim said = tier == Tier::confirm ? Claim::leak : Claim::growing;
    if (said <= claim_) return;
    if (claim_ < Claim::growing || said == Claim::leak) {
        fired_ = where;
        onset_ = locate(where);
        peak_ = floor_now(where.level);
        fired_count_ = raw_.pyramid().count(where.level);
        const Stretch stretch(raw_.pyramid(), where.level, origin_);
        confirmed_slope_ = fit_line(stretch.floors(where.blocks)).slope;
    }
    claim_ = said;
    recovering_ = false;
    if (!suspected_at_) suspected_at_ = now_ns_;
    if (said == Claim::leak && !detected_at_) detected_at_ = now_ns_;
}

// Takes back what the floors no longer bear out: half of the rise was given back, or a whole new window is
// level.
void Detector::refute(std::size_t levels) {
    if (claim_ == Claim::growing && now_ns_ > growing_until_ns_) {
        claim_ = life_s() >= times_.patience_s ? Claim::healthy : Claim::undecided;
        return;
    }
    if (claim_ != Claim::leak || levels <= fired_.level) return;
    const double floor = floor_now(fired_.level);
    peak_ = std::max(peak_, floor);
    bool over = floor < peak_ - 0.5 * (peak_ - onset_.floor);
    if (!over && raw_.pyramid().count(fired_.level) >= fired_count_ + fired_.blocks &&
        now_ns_ > growing_until_ns_) {
        const Stretch stretch(raw_.pyramid(), fired_.level, origin_);
        const Estimate now = estimate(stretch.floors(fired_.blocks), 1, 0);
        over = now.ci95_per_s.high < .25 * confirmed_slope_;
    }
    if (!over) return;
    claim_ = Claim::healthy;
    recovering_ = true;
    recovering_until_ns_ = now_ns_ + to_ns(raw_.block_s(fired_.level) * static_cast<double>(fired_.blocks));
}

Detector::Onset Detector::locate(Where where) const {
    const Stretch stretch(raw_.pyramid(), where.level, origin_);
    const std::size_t n = std::min(2 * where.blocks, stretch.size());
    const Hinge hinge = fit_hinge(stretch.floors(n));
    const double block_s = raw_.block_s(where.level);
    const std::int64_t end_ns =
        life_start_ns_ + to_ns(block_s * static_cast<double>(raw_.pyramid().count(where.level)));
    const auto time = [&](double block) {
        return end_ns - to_ns((static_cast<double>(n) - 1 - block + .5) * block_s);
    };
    return {time(static_cast<double>(hinge.at)), time(static_cast<double>(hinge.low) - .5),
            time(static_cast<double>(hinge.high) + .5), stretch.floors(n)[hinge.at]};
}

void Detector::update_pace() {
    pace_.reset();
    constexpr std::size_t kBlocks = 17;
    if (!raw_.worth_testing(0, kBlocks, 1)) return;
    const Stretch stretch(raw_.pyramid(), 0, origin_);
    if (!stretch.usable(kBlocks)) return;
    const Estimate now = estimate(stretch.floors(kBlocks), times_.base_s, 0);
    if (now.z < 6) return;
    pace_ = Pace{now.slope_per_s, now.ci95_per_s, times_.base_s * static_cast<double>(kBlocks)};
}

double Detector::floor_now(std::size_t level) const {
    if (raw_.pyramid().size(level) == 0) return block_count_ > 0 ? block_min_ : last_;
    const Block block = raw_.pyramid().back(level, 0);
    return block.missing() ? last_ : origin_ + static_cast<double>(block.floor);
}

double Detector::life_s() const { return begun_ ? static_cast<double>(now_ns_ - life_start_ns_) * 1e-9 : 0; }

double Detector::usual_swing() const {
    double swing = 0;
    for (std::size_t level = 0; level < 6; ++level) {
        swing = std::max(swing, static_cast<double>(raw_.pyramid().swings(level).usual));
    }
    return swing;
}

// The narrowest width of which `span_s` is at most `most_blocks`.
std::size_t Detector::level_for(double span_s, std::size_t most_blocks) const {
    std::size_t level = 0;
    while (level + 1 < kLevels && raw_.block_s(level) * static_cast<double>(most_blocks) < span_s) ++level;
    return level;
}

Detector::Best Detector::best_window(const Beside& beside) const {
    const Policy confirm = policy_for(series_, Tier::confirm, times_, beside.min_growth);
    Best best;
    double best_score = -1;
    for (std::size_t level = 0; level < kLevels; ++level) {
        const Stretch stretch(raw_.pyramid(), level, origin_);
        for (const std::size_t blocks : kWindowBlocks) {
            if (!stretch.usable(blocks)) continue;
            const Trial trial(raw_.window(stretch, {level, blocks}, surroundings(beside)));
            auto evidence = trial.evidence(confirm);
            if (!is_bytes(series_) && trial.young(confirm)) {
                evidence.push_back({GateId::company, beside.company ? 1.0 : 0.0, 1, true, beside.company});
            }
            const auto passed = std::ranges::count_if(evidence, &Gate::passed);
            const double share = static_cast<double>(passed) / static_cast<double>(evidence.size());
            const double material = std::clamp(trial.rise() / trial.materiality(confirm), 0.0, 1.0);
            const double score = share == 1 ? 10 : share + .5 * material;
            if (score <= best_score) continue;
            best_score = score;
            best = {{level, blocks}, std::move(evidence)};
        }
    }
    return best;
}

void Detector::describe_slope(SeriesVerdict& verdict) const {
    const bool episode = claim_ >= Claim::growing;
    const double since_s = episode ? static_cast<double>(now_ns_ - onset_.at_ns) * 1e-9
                                   : std::min(life_s(), times_.confirm_span_s);
    const std::size_t level = level_for(since_s, 64);
    const Stretch stretch(raw_.pyramid(), level, origin_);
    const auto blocks = static_cast<std::size_t>(std::max(0.0, since_s / raw_.block_s(level)));
    const std::size_t n = std::min(stretch.size(), std::max<std::size_t>(blocks, 8));
    if (n < 8) return;
    const Estimate fit = estimate(stretch.floors(n), raw_.block_s(level), 0);
    verdict.slope_per_s = fit.slope_per_s;
    verdict.slope_ci95_per_s = fit.ci95_per_s;
    verdict.straightness = fit.straightness;
    const std::size_t coarse = level_for(since_s, 32);
    const Stretch steps(raw_.pyramid(), coarse, origin_);
    const std::size_t windows =
        std::min(steps.size(), static_cast<std::size_t>(since_s / raw_.block_s(coarse)) + 1);
    if (windows >= 6) {
        const Estimate count = estimate(steps.floors(windows), 1, 0);
        verdict.windows_up = count.steps_up;
        verdict.windows = count.steps;
        verdict.window_width = ns(to_ns(raw_.block_s(coarse)));
    }
}

SeriesVerdict Detector::verdict(const Beside& beside) const {
    SeriesVerdict verdict{.series = series_, .claim = claim_, .first = first_floor_, .last = last_};
    verdict.current = floor_now(level_for(times_.patience_s / 32, 1));
    if (raw_.pyramid().count(0) == 0) verdict.first = verdict.current = last_;
    describe_slope(verdict);
    Best best = best_window(beside);
    verdict.evidence = std::move(best.evidence);
    if (claim_ >= Claim::growing) {
        verdict.onset = ns(onset_.at_ns);
        verdict.onset_low = ns(onset_.low_ns);
        verdict.onset_high = ns(onset_.high_ns);
        verdict.rise = verdict.current - onset_.floor;
    }
    if (suspected_at_) verdict.suspected_at = ns(*suspected_at_);
    if (detected_at_) verdict.detected_at = ns(*detected_at_);
    verdict.gave_back = raw_.pyramid().swing_from(0);
    verdict.times_given_back = static_cast<int>(raw_.pyramid().swings(0).count);
    verdict.shape = claim_ == Claim::undecided ? Shape::too_short : Shape::flat;
    if (claim_ >= Claim::growing) verdict.shape = Shape::ramp;
    if (recovering_ && now_ns_ < recovering_until_ns_) verdict.shape = Shape::recovering;
    return verdict;
}

}  // namespace rampwatch::trend
