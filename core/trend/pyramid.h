// SPDX-License-Identifier: MIT
// The fixed memory: floors and means in blocks of dyadic widths, and at each width the largest rise that was
// later given back. Only finished blocks are ever seen from outside, so nothing said of them can change.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace rampwatch::trend {

inline constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

// The least and the mean value in a stretch of time; kMissing both when nothing was seen in it.
struct Block {
    float floor = kMissing;
    float mean = kMissing;

    [[nodiscard]] bool missing() const { return std::isnan(floor); }

    template <class Archive>
    void state(Archive& archive) {
        archive(floor, mean);
    }
};

// Rises that came back down, at one width. A collector's tooth or a day's wave is such a swing at widths
// below its period and vanishes above: that is what finds the floor without asking for the period.
struct Swings {
    float low = kMissing, high = kMissing;  // of the swing under way
    float largest = 0;                      // forgotten slowly
    float usual = 0;                        // running mean of those at least half as large as the largest
    float usual_blocks = 0;                 // running mean of the blocks between two of those
    std::uint32_t count = 0;                // of those
    std::uint32_t since = 0;                // blocks since the last of those

    // A swing counts when it gives back half of what it rose. `keep`: the factor by which `largest` fades a
    // block.
    void add(float floor, float keep);
    void forget_position() { low = high = kMissing; }  // a new life: what was learned stays

    template <class Archive>
    void state(Archive& archive) {
        archive(low, high, largest, usual, usual_blocks, count, since);
    }
};

class Pyramid {
  public:
    static constexpr std::size_t kDepth = 128;

    // `levels` at most 16; `keep` is the fading of swings over one block of level 0. With `both_ways` a dip
    // that recovers is a swing too.
    Pyramid(std::size_t levels, double keep, bool both_ways = false);

    // Takes a finished block of level 0; says how many levels, from 0 up, finished a block by it.
    std::size_t push(Block block);

    void restart();  // empties the rings, keeps the swings

    [[nodiscard]] std::size_t levels() const { return levels_; }
    [[nodiscard]] std::size_t size(std::size_t level) const {  // blocks held, at most kDepth
        return static_cast<std::size_t>(std::min<std::uint64_t>(counts_[level], kDepth));
    }
    [[nodiscard]] std::uint64_t count(std::size_t level) const { return counts_[level]; }  // ever finished
    // The block finished `ago` blocks before the newest; ago < size(level).
    [[nodiscard]] Block back(std::size_t level, std::size_t ago) const {
        assert(ago < size(level));
        return rings_[level * kDepth + static_cast<std::size_t>(counts_[level] - 1 - ago) % kDepth];
    }
    // All blocks held at `level`, oldest first, as values above `origin`; both have room for kDepth. False
    // when some are missing: those are NaN.
    bool copy(std::size_t level, double origin, double* floors, double* means) const;
    [[nodiscard]] const Swings& swings(std::size_t level) const { return swings_[level]; }

    // The largest swing at `level` and wider, and at narrower ones.
    [[nodiscard]] double swing_from(std::size_t level) const;
    [[nodiscard]] double swing_below(std::size_t level) const;

    // Every level has half as many blocks as the one below it, as push() leaves them.
    [[nodiscard]] bool consistent() const;

    template <class Archive>
    void state(Archive& archive) {
        archive(rings_, counts_, swings_, dips_);
    }

  private:
    std::size_t levels_;
    bool both_ways_;
    std::vector<Block> rings_;
    std::array<std::uint64_t, 16> counts_{};
    std::array<Swings, 16> swings_{};
    std::array<Swings, 16> dips_{};
    std::array<float, 16> keep_{};
};

}  // namespace rampwatch::trend
