// SPDX-License-Identifier: MIT
#include "core/trend/evidence.h"

#include "core/trend/evidence_table.h"

namespace rampwatch::trend {

Weight weigh(const Clues& clues, const Table& table) {
    Weight weight{.start = static_cast<double>(table.start[stand(clues)])};
    weight.sum = weight.start;
    for (std::size_t i = 0; i < kClues; ++i) {
        const float value = clues.value[i];
        if (std::isnan(value)) continue;
        const ClueTable& clue = table.clue[i];
        std::size_t bin = 0;
        while (bin < clue.edges && value >= clue.edge[bin]) ++bin;
        weight.of[i] = clue.db[bin];
        weight.sum += static_cast<double>(clue.db[bin]);
    }
    return weight;
}

Weight weigh(const Clues& clues) { return weigh(clues, kLearned); }

// The better half of the patience that ends with `slot`; a patience that did not rise takes away.
double Held::patience_before(std::int64_t slot, bool from_level) const {
    float best = kNothing;
    for (std::int64_t s = std::max(slot - 1, newest_ - static_cast<std::int64_t>(kSlots) + 1); s <= slot;
         ++s) {
        if (s >= 0) best = std::max(best, best_[static_cast<std::size_t>(s) % kSlots]);
    }
    if (best == kNothing && from_level) return 0;
    return std::clamp(static_cast<double>(best), -6.0, kMost);
}

void Held::note(double end_halves, double sum) {
    const auto now = static_cast<std::int64_t>(end_halves);
    if (now > newest_ + static_cast<std::int64_t>(kSlots)) newest_ = now - static_cast<std::int64_t>(kSlots);
    while (newest_ < now) best_[static_cast<std::size_t>(++newest_) % kSlots] = kNothing;
    float& best = best_[static_cast<std::size_t>(now) % kSlots];
    best = std::max(best, static_cast<float>(sum));
}

// Back from where the window begins, as far as windows could have ended: the first ends after a patience.
double Held::before(double end_halves, double span_halves, bool from_level) const {
    double total = 0, worth = .5;
    auto slot = static_cast<std::int64_t>(std::floor(end_halves - span_halves)) - 1;
    for (int i = 0; i < 2 && slot >= 2 && slot > newest_ - static_cast<std::int64_t>(kSlots) + 1; ++i) {
        total += worth * patience_before(slot, from_level);
        worth /= 2;
        slot -= 2;
    }
    return total;
}

}  // namespace rampwatch::trend
