// SPDX-License-Identifier: MIT
// The weight of evidence (Good 1985): each clue of a window is worth so many decibans for a leak or against
// it, read off a learned table; their sum is the logarithm of the odds. evidence_table.h is made by `./run
// learn`.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/model/sample.h"
#include "core/trend/clues.h"

namespace rampwatch::trend {

inline constexpr std::size_t kMostBins = 10;

// Monotone in its clue. `edge` holds the `edges` lower ends of the bins after the first, rising; what is
// unknown is worth nothing.
struct ClueTable {
    std::size_t edges = 0;
    std::array<float, kMostBins - 1> edge{};
    std::array<float, kMostBins> db{};
};

// Where a window stands before any clue is looked at: young or not, and how long.
inline constexpr std::size_t kStands = 4;

struct Table {
    std::array<float, kStands> start{};  // by stand()
    std::array<ClueTable, kClues> clue{};
};

[[nodiscard]] inline std::size_t stand(const Clues& clues) {
    if (!std::isnan(clues[Clue::day_before])) return 3;
    const float lasted = clues[Clue::lasted];
    return lasted < std::log(1.15F) ? 0 : lasted < std::log(1.9F) ? 1 : 2;
}

// In decibans: 10 is odds of ten to one.
struct Weight {
    double sum = 0;
    double start = 0;
    std::array<float, kClues> of{};
};
[[nodiscard]] Weight weigh(const Clues& clues, const Table& table);
[[nodiscard]] Weight weigh(const Clues& clues);  // by the learned table

// A window that was weighed, for whoever learns the table.
struct Weighed {
    Series series = Series::memory;
    std::int64_t now_ns = 0;
    double span_s = 0;
    double sum = 0;         // decibans, with what came before
    bool answered = false;  // by the second day, or something else speaks: only the sum is asked for
    const Clues& clues;
};
using WeighedListener = std::function<void(const Weighed&)>;

// Windows that follow each other without overlapping add up: each patience's best is counted once, at a
// discount, since what holds for one window of a process mostly holds for the next.
class Held {
  public:
    void restart() { *this = {}; }

    // A window of `sum` decibans that ended at this time of the life, in half patiences. Times do not go
    // back.
    void note(double end_halves, double sum);

    // Could a note at this time change anything? A patience counts for kMost at most.
    [[nodiscard]] bool wants_at(double end_halves) const {
        const auto now = static_cast<std::int64_t>(end_halves);
        return now != newest_ || static_cast<double>(best_[static_cast<std::size_t>(now) % kSlots]) < kMost;
    }

    // What came before a window that spans (end - span, end] of the newest time noted, in decibans. A
    // patience in which nothing rose takes away, unless the window rises `from_level`: then it is no plateau.
    [[nodiscard]] double before(double end_halves, double span_halves, bool from_level = false) const;

    template <class Archive>
    void state(Archive& archive) {
        archive(newest_, best_);
    }
    [[nodiscard]] bool sound() const {
        return newest_ >= -1 && newest_ < std::int64_t{1} << 40 &&
               std::ranges::all_of(best_, [](float db) { return std::isfinite(db); });
    }

  private:
    static constexpr double kMost = 8;         // decibans of a patience
    static constexpr std::size_t kSlots = 16;  // half patiences
    static constexpr float kNothing = -99;     // no window that rose ended in it
    [[nodiscard]] double patience_before(std::int64_t slot, bool from_level) const;

    std::int64_t newest_ = -1;
    std::array<float, kSlots> best_ = filled();
    static constexpr std::array<float, kSlots> filled() {
        std::array<float, kSlots> slots{};
        slots.fill(kNothing);
        return slots;
    }
};

}  // namespace rampwatch::trend
