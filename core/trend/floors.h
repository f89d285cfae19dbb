// SPDX-License-Identifier: MIT
// The memory of one series: looks folded into blocks, and the three ladders they feed.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "core/trend/daybook.h"
#include "core/trend/ladder.h"
#include "core/trend/policy.h"
#include "core/trend/valleys.h"

namespace rampwatch::trend {

inline constexpr std::int64_t kMostTime_ns = std::int64_t{1} << 61;  // 73 years

struct Look {
    std::int64_t t_ns = 0;     // CLOCK_BOOTTIME at its end
    std::int64_t span_ns = 0;  // it covers (t - span, t]; 0 for a single sample
    double min = 0, mean = 0, last = 0;
    double count = 1;
};

struct WindowRef {
    Kind kind = Kind::raw;
    std::size_t level = 0;
    std::size_t blocks = 0;  // in the window, which ends with the newest finished block
    std::size_t teeth = 0;   // so many floors of teeth (valleys.h) were the window, not the blocks; 0: none

    template <class Archive>
    void state(Archive& archive) {
        archive(kind, level, blocks, teeth);
    }
};

class Floors {
  public:
    explicit Floors(const Times& times);

    // Folds a look into the block under way; false when that block ends before it.
    bool add(const Look& look) {
        if (look.t_ns > block_end_ns_) return false;
        fold(look);
        return true;
    }

    // Finishes blocks up to the look, calling `finished(levels)` after each with the number of levels of each
    // kind that finished a block, then takes it. A hole of more than kMostHole blocks begins the floors anew.
    template <class Finished>
    void finish_until(const Look& look, Finished&& finished) {
        if (begun_ && (look.t_ns - block_end_ns_) / base_ns_ > kMostHole) restart();
        if (!begun_) begin(look);
        now_ns_ = look.t_ns;
        const std::int64_t from_ns = look.t_ns - look.span_ns;
        if (from_ns < block_end_ns_ && block_end_ns_ < look.t_ns) fold(look);
        while (block_end_ns_ < look.t_ns) {
            finished(finish_block());
            block_end_ns_ += base_ns_;
            if (from_ns < block_end_ns_ && block_end_ns_ < look.t_ns) fold(look);
        }
        fold(look);
    }

    void restart();  // a new life with the next look; swings stay

    [[nodiscard]] const Ladder& ladder(Kind kind) const { return ladders_[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] double origin(Kind kind) const { return kind == Kind::daily ? 0 : origin_; }
    [[nodiscard]] Stretch stretch(Kind kind, std::size_t level) const {
        return {ladder(kind).pyramid(), level, origin(kind)};
    }

    [[nodiscard]] const Valleys& valleys() const { return valleys_; }
    [[nodiscard]] bool tooth_ended() const { return tooth_ended_; }  // with the newest finished block
    [[nodiscard]] std::int64_t valley_ns(std::size_t ago) const;
    [[nodiscard]] double valley(std::size_t ago) const {
        return origin_ + static_cast<double>(valleys_.back(ago).floor);
    }

    [[nodiscard]] bool begun() const { return begun_; }
    [[nodiscard]] std::int64_t now_ns() const { return now_ns_; }  // of the newest look
    [[nodiscard]] double life_s() const;                           // seen of this life
    [[nodiscard]] double last() const { return last_; }
    [[nodiscard]] double first() const;                      // the first floor of this life
    [[nodiscard]] double lowest() const { return lowest_; }  // the least finished floor of this life
    // The end of the newest finished block.
    [[nodiscard]] std::int64_t end_ns(Kind kind, std::size_t level) const;
    [[nodiscard]] double floor_now(Kind kind, std::size_t level) const;
    [[nodiscard]] double lowest_of_day() const;
    [[nodiscard]] double range_of_day() const;  // of the floors of its slots; 0 before there are any

    [[nodiscard]] bool sound() const;  // as Detector's

    template <class Archive>
    void state(Archive& archive) {
        archive(ladders_, day_, valleys_, block_end_ns_, block_min_, block_sum_, block_count_, last_, begun_,
                life_start_ns_, now_ns_, origin_, first_, lowest_);
    }

  private:
    static constexpr std::int64_t kMostHole = 4096;
    using Levels = std::array<std::size_t, kKinds.size()>;

    void fold(const Look& look) {
        if (block_count_ == 0) {
            block_min_ = look.min;
            block_sum_ = 0;
        }
        block_min_ = look.min < block_min_ ? look.min : block_min_;
        block_sum_ += look.mean * look.count;
        block_count_ += look.count;
        last_ = look.last;
        now_ns_ = look.t_ns;
    }
    void begin(const Look& look);
    Levels finish_block();

    std::int64_t base_ns_;
    std::array<Ladder, kKinds.size()> ladders_;
    Daybook day_;
    Valleys valleys_{};
    bool tooth_ended_ = false;

    // The block under way.
    std::int64_t block_end_ns_ = std::numeric_limits<std::int64_t>::min();
    double block_min_ = 0, block_sum_ = 0, block_count_ = 0;
    double last_ = 0;

    // This life.
    bool begun_ = false;
    std::int64_t life_start_ns_ = 0;
    std::int64_t now_ns_ = 0;
    double origin_ = 0;  // blocks are kept as differences to it, so that a float is fine enough
    double first_ = 0;
    double lowest_ = 0;
};

}  // namespace rampwatch::trend
