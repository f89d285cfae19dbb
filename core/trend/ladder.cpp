// SPDX-License-Identifier: MIT
#include "core/trend/ladder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rampwatch::trend {

Stretch::Stretch(const Pyramid& pyramid, std::size_t level, double origin) : size_(pyramid.size(level)) {
    whole_ = pyramid.copy(level, origin, floors_.data(), means_.data());
    if (!whole_) fill_holes();
}

// In a line between what was seen on either side; level before the first and after the last.
void Stretch::fill_holes() {
    std::size_t seen = size_;  // the last block that was not missing; size_ for none yet
    for (std::size_t i = 0; i < size_; ++i) {
        missing_[i] = std::isnan(floors_[i]);
        if (missing_[i]) {
            floors_[i] = seen < size_ ? floors_[seen] : 0;
            means_[i] = seen < size_ ? means_[seen] : 0;
            continue;
        }
        const std::size_t from = seen < size_ ? seen : i;
        const double width = static_cast<double>(i - from);
        for (std::size_t k = from + 1; k < i; ++k) {
            const double share = static_cast<double>(k - from) / width;
            floors_[k] = floors_[from] + share * (floors_[i] - floors_[from]);
            means_[k] = means_[from] + share * (means_[i] - means_[from]);
        }
        if (seen == size_) {  // holes at the very beginning
            std::fill_n(floors_.begin(), i, floors_[i]);
            std::fill_n(means_.begin(), i, means_[i]);
        }
        seen = i;
    }
}

bool Stretch::usable(std::size_t n) const {
    if (n > size_) return false;
    if (whole_) return true;
    if (missing_[size_ - 1]) return false;
    const auto holes = std::count(missing_.begin() + static_cast<std::ptrdiff_t>(size_ - n),
                                  missing_.begin() + static_cast<std::ptrdiff_t>(size_), true);
    return 5 * static_cast<std::size_t>(holes) <= n;
}

std::size_t Stretch::unseen_since() const {
    if (whole_) return 0;
    std::size_t n = 0;
    while (n < size_ && missing_[size_ - 1 - n]) ++n;
    return n;
}

Ladder::Ladder(std::size_t levels, double keep, double block_s, bool both_ways)
    : pyramid_(levels, keep, both_ways), block_s_(block_s) {}

double Ladder::block_s(std::size_t level) const { return std::ldexp(block_s_, static_cast<int>(level)); }

std::size_t Ladder::level_for(double span_s, std::size_t most_blocks) const {
    std::size_t level = 0;
    while (level + 1 < pyramid_.levels() && block_s(level) * static_cast<double>(most_blocks) < span_s)
        ++level;
    return level;
}

Window Ladder::window(const Stretch& stretch, std::size_t level, std::size_t blocks,
                      const Surroundings& around) const {
    Window window{.floors = stretch.floors(blocks),
                  .means = stretch.means(blocks),
                  .before = stretch.floors_before(blocks),
                  .block_s = block_s(level),
                  .watched_s = around.watched_s,
                  .process_age_s = around.process_age_s,
                  .swing_wide = pyramid_.swing_from(level),
                  .swing_fine = pyramid_.swing_below(level)};
    if (around.loading_s > 0 && pyramid_.count(level) == pyramid_.size(level)) {
        const auto loading = static_cast<std::size_t>(std::ceil(around.loading_s / window.block_s));
        window.before = window.before.subspan(std::min(loading, window.before.size()));
    }
    double low = window.floors.front(), high = -1e300;
    for (const double floor : window.before) {
        low = std::min(low, floor);
        high = std::max(high, floor);
    }
    window.base = around.base.value_or(low);
    if (around.range_before_counts && !window.before.empty()) {
        const double below = *std::ranges::min_element(window.before);
        window.swing_wide = std::max(window.swing_wide, 1.2 / 2.5 * (high - below));
    }
    return window;
}

bool Ladder::worth_testing(std::size_t level, std::size_t blocks, double least) const {
    const auto rise = rough_rise(level, blocks);
    return rise && *rise >= 0.4 * least;
}

std::optional<double> Ladder::rough_rise(std::size_t level, std::size_t blocks) const {
    if (pyramid_.size(level) < blocks) return std::nullopt;
    const Block last = pyramid_.back(level, 0), first = pyramid_.back(level, blocks - 1);
    const Block late = pyramid_.back(level, 1), early = pyramid_.back(level, blocks - 2);
    const float rise = 0.5F * (last.floor + late.floor - first.floor - early.floor);
    if (!std::isnan(rise)) return static_cast<double>(rise);
    if (last.missing()) return std::nullopt;
    return std::numeric_limits<double>::max();  // holes: let the fits decide
}

}  // namespace rampwatch::trend
