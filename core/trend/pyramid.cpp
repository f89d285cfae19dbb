// SPDX-License-Identifier: MIT
#include "core/trend/pyramid.h"

#include <algorithm>
#include <cassert>

namespace rampwatch::trend {

void Swings::add(float floor, float keep) {
    if (std::isnan(floor)) return;
    largest *= keep;
    ++since;
    if (std::isnan(high)) low = high = floor;
    high = std::max(high, floor);
    const float swing = high - low;
    if (floor < high - 0.5F * swing) {
        if (swing >= 0.5F * largest) {
            const float weight = 1.0F / static_cast<float>(std::min(count + 1, 8U));
            usual += weight * (swing - usual);
            if (count > 0) {
                const float pace = 1.0F / static_cast<float>(std::min(count, 8U));
                usual_blocks += pace * (static_cast<float>(since) - usual_blocks);
            }
            since = 0;
            ++count;
        }
        largest = std::max(largest, swing);
        low = high = floor;
    }
    if (floor < low) low = high = floor;
}

Pyramid::Pyramid(std::size_t levels, double keep, bool both_ways)
    : levels_(levels), both_ways_(both_ways), rings_(levels * kDepth) {
    assert(levels <= counts_.size());
    for (std::size_t level = 0; level < levels_; ++level) {
        keep_[level] = static_cast<float>(std::pow(keep, std::ldexp(1.0, static_cast<int>(level))));
    }
}

std::size_t Pyramid::push(Block block) {
    std::size_t level = 0;
    for (; level < levels_; ++level) {
        Block* const ring = &rings_[level * kDepth];
        const std::uint64_t at = counts_[level]++;
        ring[at % kDepth] = block;
        swings_[level].add(block.floor, keep_[level]);
        if (both_ways_) dips_[level].add(-block.floor, keep_[level]);
        if (at % 2 == 0) return level + 1;
        const Block& before = ring[(at - 1) % kDepth];
        if (before.missing()) continue;
        if (block.missing()) {
            block = before;
        } else {
            block = {std::min(before.floor, block.floor), 0.5F * (before.mean + block.mean)};
        }
    }
    return level;
}

void Pyramid::restart() {
    counts_ = {};
    for (Swings& swings : swings_) swings.forget_position();
    for (Swings& dips : dips_) dips.forget_position();
}

bool Pyramid::copy(std::size_t level, double origin, double* floors, double* means) const {
    const Block* const ring = &rings_[level * kDepth];
    const std::size_t held = size(level);
    const std::size_t oldest = static_cast<std::size_t>(counts_[level] - held) % kDepth;
    const std::size_t first = std::min(held, kDepth - oldest);
    double sum = 0;
    std::size_t to = 0;
    const auto take = [&](const Block* from, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i, ++to) {
            floors[to] = origin + static_cast<double>(from[i].floor);
            means[to] = origin + static_cast<double>(from[i].mean);
            sum += floors[to];
        }
    };
    take(ring + oldest, first);
    take(ring, held - first);
    return !std::isnan(sum);
}

double Pyramid::swing_from(std::size_t level) const {
    float swing = 0;
    for (std::size_t l = level; l < levels_; ++l)
        swing = std::max({swing, swings_[l].largest, dips_[l].largest});
    return static_cast<double>(swing);
}

bool Pyramid::consistent() const {
    if (counts_[0] > std::uint64_t{1} << 48) return false;
    for (std::size_t level = 1; level < levels_; ++level) {
        if (counts_[level] != counts_[level - 1] / 2) return false;
    }
    return true;
}

double Pyramid::swing_below(std::size_t level) const {
    float swing = 0;
    for (std::size_t l = 0; l < level; ++l) swing = std::max({swing, swings_[l].largest, dips_[l].largest});
    return static_cast<double>(swing);
}

}  // namespace rampwatch::trend
