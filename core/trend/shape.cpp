// SPDX-License-Identifier: MIT
#include "core/trend/shape.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/trend/gates.h"

namespace rampwatch::trend {
namespace {

// A rise that stays: both blocks after it are above both before it.
struct Jumps {
    double largest = 0;
    int count = 0;  // of those at least a third of the largest
};

Jumps find_jumps(std::span<const double> y) {
    const auto jump_at = [&](std::size_t i) {
        return std::min(y[i], y[i + 1]) - std::max(y[i - 2], y[i - 1]);
    };
    Jumps jumps;
    for (std::size_t i = 2; i + 1 < y.size(); ++i) jumps.largest = std::max(jumps.largest, jump_at(i));
    for (std::size_t i = 2; i + 1 < y.size(); ++i) {
        if (jump_at(i) > 0 && jump_at(i) >= jumps.largest / 3) {
            ++jumps.count;
            ++i;  // a jump across a block's edge is one
        }
    }
    return jumps;
}

// What was given back at most: stairs only go up, a wave does not.
double largest_fall(std::span<const double> y) {
    double high = y.front(), fall = 0;
    for (const double value : y) {
        high = std::max(high, value);
        fall = std::max(fall, high - value);
    }
    return fall;
}

// The blocks of the last `span_s`, between 16 and 64 of them where there are as many, up to the newest look:
// what is read rarely, such as tasks, is not level because it has not been read again.
std::span<const double> recent(const Ladder& ladder, const Stretch& stretch, std::size_t level,
                               double span_s) {
    const auto blocks = static_cast<std::size_t>(std::max(span_s / ladder.block_s(level), 1.0));
    const auto floors = stretch.floors(std::min(blocks, stretch.size()));
    return floors.first(floors.size() - std::min(stretch.unseen_since(), floors.size() - 1));
}

ShapeFound with_teeth(Shape shape, const Teeth& found) {
    return {.shape = shape, .swing = found.height, .period_s = found.period_s};
}

// Rises that end, in steps or in a curve; empty when nothing material rose.
std::optional<ShapeFound> rise_that_ends(std::span<const double> y, double material) {
    const double rise = y.back() - y.front();
    if (rise < material) return std::nullopt;
    const Jumps jumps = find_jumps(y);
    if (jumps.largest >= .5 * rise) return ShapeFound{.shape = Shape::step};
    if (jumps.count >= 3 && jumps.largest >= .15 * rise && jumps.largest * jumps.count >= .7 * rise &&
        largest_fall(y) < .5 * jumps.largest) {
        return ShapeFound{.shape = Shape::staircase};
    }
    const double late = y.back() - y[y.size() * 3 / 4];
    if (late < .1 * rise) return ShapeFound{.shape = Shape::plateau, .levels_off_at = y.back()};
    if (y.size() < 8) return std::nullopt;
    const Trial trial({.floors = y, .means = y, .block_s = 1});
    if (const auto remaining = trial.remaining()) {
        return ShapeFound{.shape = Shape::warmup, .levels_off_at = y.back() + *remaining};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Teeth> teeth(const Floors& floors, const Times& times, double least) {
    const Ladder& ladder = floors.ladder(Kind::raw);
    std::optional<Teeth> best;
    for (std::size_t level = 0; level < ladder.pyramid().levels(); ++level) {
        const Swings& swings = ladder.pyramid().swings(level);
        const double height = static_cast<double>(swings.usual);
        const double blocks = static_cast<double>(swings.usual_blocks);
        const double period_s = blocks * ladder.block_s(level);
        if (swings.count < 3 || height < least || blocks < 4 || period_s > .8 * times.day_s) continue;
        if (static_cast<double>(swings.since) > 3 * blocks) continue;  // there were teeth once
        // Where looks are rarer than blocks, those that are there do not tell the time between two.
        const Stretch stretch = floors.stretch(Kind::raw, level);
        if (!stretch.usable(std::min<std::size_t>(stretch.size(), 17))) continue;
        if (!best || height > 1.2 * best->height) best = Teeth{height, period_s};
    }
    return best;
}

std::optional<double> daily_wave(const Floors& floors, double least) {
    const Ladder& ladder = floors.ladder(Kind::daily);
    const std::size_t level = 2;  // an hour or so
    const Stretch change = floors.stretch(Kind::daily, level);
    const double wave = floors.range_of_day();
    if (wave < least || change.size() < 12 || ladder.pyramid().size(0) < 45) return std::nullopt;
    double sum = 0;
    for (const double value : change.floors(change.size())) sum += std::abs(value);
    return sum / static_cast<double>(change.size()) < .35 * wave ? std::optional(wave) : std::nullopt;
}

ShapeFound shape_at_rest(const Floors& floors, const Times& times, double material) {
    const Ladder& ladder = floors.ladder(Kind::raw);
    if (floors.life_s() < times.patience_s / 4 || ladder.pyramid().size(0) < 17) return {};
    // Teeth first: whatever repeats within a day repeats daily too.
    if (const auto found = teeth(floors, times, material / 2)) return with_teeth(Shape::sawtooth, *found);
    if (const auto wave = daily_wave(floors, material)) {
        return {.shape = Shape::periodic, .swing = *wave, .period_s = times.day_s};
    }
    const double span_s = std::min(floors.life_s(), 4 * times.patience_s);
    const std::size_t level = ladder.level_for(span_s, 64);
    const Stretch stretch = floors.stretch(Kind::raw, level);
    const auto y = recent(ladder, stretch, level, span_s);
    if (y.size() < 8) return {.shape = Shape::flat};
    if (const auto seen = rise_that_ends(y, material)) return *seen;
    const auto [low, high] = std::ranges::minmax(y);
    return {.shape = high - low >= material ? Shape::walk : Shape::flat};
}

ShapeFound shape_of_growth(const Floors& floors, const Times& times, Kind kind, std::int64_t onset_ns) {
    const Ladder& ladder = floors.ladder(Kind::raw);
    const double span_s = static_cast<double>(floors.now_ns() - onset_ns) * 1e-9;
    const std::size_t level = ladder.level_for(span_s, 64);
    const Stretch stretch = floors.stretch(Kind::raw, level);
    const auto y = recent(ladder, stretch, level, span_s);
    const double rise = std::max(y.back() - y.front(), 0.0);
    if (kind != Kind::raw) {
        return {.shape = Shape::ramp_on_periodic, .swing = floors.range_of_day(), .period_s = times.day_s};
    }
    if (const auto found = teeth(floors, times, .05 * rise))
        return with_teeth(Shape::ramp_on_sawtooth, *found);
    if (y.size() < 12) return {.shape = Shape::ramp};
    const Jumps jumps = find_jumps(y);
    const double slope = rise / static_cast<double>(y.size());
    const bool stairs =
        jumps.count >= 3 && jumps.largest > 3 * slope && jumps.largest * jumps.count > .7 * rise;
    return {.shape = stairs ? Shape::staircase : Shape::ramp};
}

}  // namespace rampwatch::trend
