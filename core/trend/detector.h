// SPDX-License-Identifier: MIT
// One series of one target: looks in, claim out, with its own hysteresis.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/model/sample.h"
#include "core/model/verdict.h"
#include "core/trend/estimate.h"
#include "core/trend/evidence.h"
#include "core/trend/floors.h"
#include "core/trend/past_lives.h"

namespace rampwatch::trend {

// What the Judge knows beside this series.
struct SeriesContext {
    double watched_s = 0;          // of all lives
    double process_age_s = 0;      // of this life
    double min_growth = 0;         // in the series' unit
    bool company = false;          // memory grows too, so that a count need not speak for itself
    bool sparse = false;           // too few looks: nothing is judged
    std::optional<double> room{};  // to the nearest limit, in the series' unit
    bool other_witness = false;    // something beside memory says what it says: no second day is waited for
    bool uncollected = false;      // what grew may be garbage: no leak until it was collected
    const WeighedListener* listener = nullptr;  // null: nobody listens
    const Table* table = nullptr;               // of evidence; null: the learned one
};

class Detector {
  public:
    Detector(Series series, const Times& times, const Tuning& tuning);

    // Looks come in the order of time. add() folds the look into the block under way and is false when that
    // block ends before it: then finish_until() takes the look instead, and may change the claim.
    bool add(const Look& look) { return floors_.add(look); }
    void finish_until(const Look& look, const SeriesContext& context);

    void restart(
        const SeriesContext& context);  // a new life with the next look; `context` is of the life that ended

    [[nodiscard]] Claim claim() const { return claim_; }
    [[nodiscard]] SeriesVerdict verdict(const SeriesContext& context) const;

    [[nodiscard]] const Floors& floors() const { return floors_; }
    [[nodiscard]] double usual_swing() const;  // of teeth; 0 when there are none

    template <class Archive>
    void state(Archive& archive) {
        archive(floors_, claim_, suspected_at_ns_, detected_at_ns_, growing_until_ns_, fired_, onset_,
                onset_floor_, peak_, slope_per_s_, fired_ns_, recovering_until_ns_, zero_since_ns_, held_,
                past_, dropped_slope_, dropped_above_, lives_alike_);
    }
    // What was read back can be gone on with: no index out of its range, no time that could overflow.
    [[nodiscard]] bool sound() const;

  private:
    static constexpr std::size_t kMostBlocks = 64;  // of a window, or of as many teeth

    struct Best {  // the window that speaks most for growth
        WindowRef where{};
        std::vector<Gate> evidence{};
        std::optional<Weighing> weighing{};
        bool answered = false;  // by the second day
    };

    struct Sum {
        Weight weight{};
        double before = 0;  // windows before it, and earlier lives
        [[nodiscard]] double all() const { return weight.sum + before; }
    };
    [[nodiscard]] Sum sum_of(const Trial& trial, const Clues& clues, const SeriesContext& context) const;
    [[nodiscard]] double asked_db(const Trial& trial, const Clues& clues) const;
    [[nodiscard]] Weighing weighing_of(const Trial& trial, const Policy& confirm,
                                       const SeriesContext& context) const;
    [[nodiscard]] Missing missing(const Best& best, const SeriesContext& context) const;

    void test(Kind kind, std::size_t level, const SeriesContext& context);
    bool confirms(const Trial& trial, const Policy& confirm, Kind kind, const SeriesContext& context);
    bool weighs_enough(const Trial& trial, const Policy& confirm, bool answered,
                       const SeriesContext& context);
    [[nodiscard]] bool renews(double span_s) const;
    [[nodiscard]] double life_halves() const;  // patiences of this life, times two
    [[nodiscard]] bool day_has_answered(const Trial& trial, Kind kind, const SeriesContext& context) const;
    [[nodiscard]] std::optional<DayBefore> day_before(double span_s) const;
    [[nodiscard]] std::optional<double> decline_by_days() const;
    void test_lives(std::size_t finished_levels, const SeriesContext& context);
    [[nodiscard]] double loading_s(const SeriesContext& context) const;
    [[nodiscard]] double by_past_lives(const Trial& trial) const;
    [[nodiscard]] double by_drop(const Trial& trial) const;
    void test_teeth(const SeriesContext& context);
    void test_teeth(std::size_t teeth, double least_s, const SeriesContext& context);
    void fired(Tier tier, WindowRef where, double span_s, const SeriesContext& context);
    [[nodiscard]] Onset onset_of(WindowRef where) const;
    [[nodiscard]] Estimate growth(std::int64_t since_ns) const;  // by the floors of teeth where they fired
    void refute(const std::array<std::size_t, kKinds.size()>& levels);
    [[nodiscard]] bool given_back();
    [[nodiscard]] bool level_again() const;
    [[nodiscard]] bool level_for_a_day() const;
    bool holds_zero();  // the claim's own interval, for half a patience
    const Policy& policy(Kind kind, Tier tier, const SeriesContext& context);
    [[nodiscard]] double episode_floor() const;
    [[nodiscard]] Surroundings surroundings(Kind kind, const SeriesContext& context) const;
    [[nodiscard]] Best best_window(const SeriesContext& context) const;
    [[nodiscard]] std::vector<Gate> gates_of(const Trial& trial, const Policy& confirm,
                                             const SeriesContext& context) const;
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
    std::optional<std::int64_t> zero_since_ns_{};
    double dropped_slope_ = 0;  // of the leak that a drop ended, per second; 0 for none in this life
    double dropped_above_ = 0;  // where a floor is that it did not give back
    int lives_alike_ = 0;       // that made the leak, this one too; 0 where its own windows did
    Held held_{};
    PastLives past_{};
};

}  // namespace rampwatch::trend
