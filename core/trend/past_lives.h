// SPDX-License-Identifier: MIT
// What earlier lives of the same target did. A leak that kills sooner than the patience, or that a deploy
// always cuts short, is one long rise with holes in it; and what earlier lives held, a new one will reach.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/trend/floors.h"

namespace rampwatch::trend {

// One life of one series, what is loaded right after an exec left out. Values in the series' unit.
struct PastLife {
    double length_s = 0;
    double base = 0;  // where the line begins
    double rise = 0;
    double slope_per_s = 0;
    bool rising = false;  // in a line to its end
    double kept = 0;      // the level at its end, when it was held for a patience; else 0

    template <class Archive>
    void state(Archive& archive) {
        archive(length_s, base, rise, slope_per_s, rising, kept);
    }
};

// Of the life so far; empty while it has fewer than eight blocks to be judged by.
[[nodiscard]] std::optional<PastLife> life_so_far(const Floors& floors, const Times& times, double loading_s,
                                                  double min_growth);

class PastLives {
  public:
    void add(const PastLife& life);  // one that has ended

    // The life in hand goes as the two before it went: from the same base with the same slope, in lines that
    // only their ends cut short, and together as long as `least_s`. How many of them did so in a row, the one
    // in hand too, of those that are held; 0 when it does not.
    [[nodiscard]] int go_alike(const PastLife& now, double least_s) const;

    // The highest level that one of the last lives held for a patience; empty when none did.
    [[nodiscard]] std::optional<double> kept() const;

    [[nodiscard]] std::size_t size() const {
        return count_ < kHeld ? static_cast<std::size_t>(count_) : kHeld;
    }
    [[nodiscard]] bool sound() const;

    template <class Archive>
    void state(Archive& archive) {
        archive(ring_, count_);
    }

  private:
    static constexpr std::size_t kHeld = 16;
    [[nodiscard]] const PastLife& back(std::size_t ago) const { return ring_[(count_ - 1 - ago) % kHeld]; }

    std::array<PastLife, kHeld> ring_{};
    std::uint64_t count_ = 0;
};

}  // namespace rampwatch::trend
