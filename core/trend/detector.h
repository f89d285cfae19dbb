// SPDX-License-Identifier: MIT
// One series of one target: looks in, claim out. Its own hysteresis; fixed memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/model/sample.h"
#include "core/model/verdict.h"
#include "core/trend/ladder.h"
#include "core/trend/policy.h"

namespace rampwatch::trend {

struct Look {
    std::int64_t t_ns = 0;     // CLOCK_BOOTTIME at its end
    std::int64_t span_ns = 0;  // it covers (t - span, t]; 0 for a single sample
    double min = 0, mean = 0, last = 0;
    double count = 1;
};

// What the Judge knows beside this series.
struct Beside {
    double watched_s = 0;      // of all lives
    double process_age_s = 0;  // of this life
    double min_growth = 0;     // in the series' unit
    bool company = false;      // another series grows too, so that a count need not speak for itself
    bool sparse = false;       // too few looks: nothing is judged
};

class Detector {
  public:
    Detector(Series series, const Times& times);

    // Looks come in the order of time.
    void add(const Look& look, const Beside& beside) {
        if (look.t_ns <= block_end_ns_) [[likely]] {
            fold(look);
        } else {
            finish_until(look, beside);
        }
    }

    void restart();  // a new life with the next look

    [[nodiscard]] Claim claim() const { return claim_; }
    [[nodiscard]] SeriesVerdict verdict(const Beside& beside) const;

    // Growth of the last 17 base blocks and more, with a z of at least 6: per second, at the upper end of its
    // interval; the span that it was seen for. Empty when there is none.
    struct Pace {
        double slope_per_s = 0;
        Interval ci95_per_s{};
        double seen_s = 0;
    };
    [[nodiscard]] std::optional<Pace> pace_now() const { return pace_; }
    [[nodiscard]] double last() const { return last_; }
    [[nodiscard]] double usual_swing() const;

  private:
    friend class StateWriter;
    friend class StateReader;

    struct Onset {
        std::int64_t at_ns = 0, low_ns = 0, high_ns = 0;
        double floor = 0;
    };
    struct Best {  // the window that speaks most for growth
        Where where{};
        std::vector<Gate> evidence{};
    };

    void fold(const Look& look);
    void finish_until(const Look& look, const Beside& beside);
    void finish_block(const Beside& beside);
    void begin_life(const Look& look);
    void test_level(std::size_t level, const Beside& beside);
    void fired(Tier tier, Where where);
    void refute(std::size_t levels);
    void update_pace();
    [[nodiscard]] Onset locate(Where where) const;
    [[nodiscard]] Surroundings surroundings(const Beside& beside) const;
    [[nodiscard]] Best best_window(const Beside& beside) const;
    [[nodiscard]] std::size_t level_for(double span_s, std::size_t most_blocks) const;
    [[nodiscard]] double floor_now(std::size_t level) const;
    [[nodiscard]] double life_s() const;
    void describe_slope(SeriesVerdict& verdict) const;

    Series series_;
    Times times_;
    Ladder raw_;

    // The block under way.
    std::int64_t block_end_ns_ = std::numeric_limits<std::int64_t>::min();
    double block_min_ = 0, block_sum_ = 0, block_count_ = 0;
    double last_ = 0;

    // This life.
    bool begun_ = false;
    std::int64_t life_start_ns_ = 0;
    std::int64_t now_ns_ = 0;
    double origin_ = 0;
    double first_floor_ = 0;
    std::optional<Pace> pace_{};

    // The claim and its episode.
    Claim claim_ = Claim::undecided;
    std::optional<std::int64_t> suspected_at_{}, detected_at_{};  // first ever
    std::int64_t growing_until_ns_ = 0;
    Where fired_{};
    Onset onset_{};
    double peak_ = 0;                // highest floor of the episode
    double confirmed_slope_ = 0;     // per block of the level that fired
    std::uint64_t fired_count_ = 0;  // blocks of that level finished when it fired
    bool recovering_ = false;
    std::int64_t recovering_until_ns_ = 0;
};

}  // namespace rampwatch::trend
