// SPDX-License-Identifier: MIT
// One series of one target: looks in, claim out, with its own hysteresis.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/model/sample.h"
#include "core/model/verdict.h"
#include "core/trend/estimate.h"
#include "core/trend/floors.h"

namespace rampwatch::trend {

// What the Judge knows beside this series.
struct SeriesContext {
    double watched_s = 0;      // of all lives
    double process_age_s = 0;  // of this life
    double min_growth = 0;     // in the series' unit
    bool company = false;      // memory grows too, so that a count need not speak for itself
    bool sparse = false;       // too few looks: nothing is judged
};

class Detector {
  public:
    Detector(Series series, const Times& times, const Tuning& tuning);

    // Looks come in the order of time. add() folds the look into the block under way and is false when that
    // block ends before it: then finish_until() takes the look instead, and may change the claim.
    bool add(const Look& look) { return floors_.add(look); }
    void finish_until(const Look& look, const SeriesContext& context);

    void restart();  // a new life with the next look

    [[nodiscard]] Claim claim() const { return claim_; }
    [[nodiscard]] SeriesVerdict verdict(const SeriesContext& context) const;

    // The growth of this moment over `seen_s`, with a z of at least 6; empty when there is none, or too
    // little to reach `least_per_s`.
    struct Pace {
        Estimate growth{};
        double seen_s = 0;
    };
    [[nodiscard]] std::optional<Pace> pace(double least_per_s) const;
    [[nodiscard]] double pace_seen_s() const { return times_.base_s * static_cast<double>(kPaceBlocks); }
    [[nodiscard]] double usual_swing() const;  // of teeth; 0 when there are none

    template <class Archive>
    void state(Archive& archive) {
        archive(floors_, claim_, suspected_at_ns_, detected_at_ns_, growing_until_ns_, fired_, onset_,
                onset_floor_, peak_, slope_per_s_, fired_ns_, recovering_until_ns_);
    }
    // What was read back can be gone on with: no index out of its range, no time that could overflow.
    [[nodiscard]] bool sound() const;

  private:
    static constexpr std::size_t kPaceBlocks = 17;

    struct Best {  // the window that speaks most for growth
        WindowRef where{};
        std::vector<Gate> evidence{};
    };

    void test(Kind kind, std::size_t level, const SeriesContext& context);
    void fired(Tier tier, WindowRef where);
    void refute(const std::array<std::size_t, kKinds.size()>& levels);
    [[nodiscard]] bool given_back();
    [[nodiscard]] bool level_again() const;
    const Policy& policy(Kind kind, Tier tier, const SeriesContext& context);
    [[nodiscard]] double episode_floor() const;
    [[nodiscard]] Surroundings surroundings(Kind kind, const SeriesContext& context) const;
    [[nodiscard]] Best best_window(const SeriesContext& context) const;
    void describe_growth(SeriesVerdict& verdict) const;
    void describe_shape(SeriesVerdict& verdict, const SeriesContext& context) const;

    Series series_;
    Times times_;
    Tuning tuning_;
    Floors floors_;
    // Policies by kind and tier, for this min-growth.
    std::array<std::array<Policy, 2>, kKinds.size()> policies_{};
    double policies_for_ = -1;

    // The claim and its episode.
    Claim claim_ = Claim::undecided;
    std::optional<std::int64_t> suspected_at_ns_{}, detected_at_ns_{};  // first ever
    std::int64_t growing_until_ns_ = 0;
    WindowRef fired_{};
    Onset onset_{};
    double onset_floor_ = 0;  // what the episode's floors are measured from
    double peak_ = 0;         // highest floor of the episode
    double slope_per_s_ = 0;  // when it fired
    std::int64_t fired_ns_ = 0;
    std::int64_t recovering_until_ns_ = 0;
};

}  // namespace rampwatch::trend
