// SPDX-License-Identifier: MIT
// Targets judged: one history each, or, where a target takes over from one of its kind that has ended, one
// history for both. A deployment that is rolled out each day is as many lanes as it has pods at once, each
// with a life a day. A life of a target ends where its start time moves on, or, where that is not known, at
// what looks like a restart.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/fleet/columns.h"
#include "core/fleet/restart_signs.h"
#include "core/fleet/target_list.h"
#include "core/model/labels.h"
#include "core/model/sample.h"
#include "core/model/verdict.h"
#include "core/report/target_report.h"
#include "core/trend/judge.h"
#include "core/watch/replay.h"

namespace rampwatch::harvest {

// What one lane came to.
struct Judged {
    Labels labels{};         // of the newest target in it
    std::string workload{};  // workload_of() these
    Verdict verdict{};
    report::VerdictContext context{};
    std::int64_t targets = 1;       // that were in it, one after another
    report::SeriesCharts charts{};  // where they were asked for
};

class Lanes {
  public:
    Lanes(const std::vector<Labels>& targets, fleet::Grouping grouping, Series only,
          const trend::Settings& judge, bool with_charts = false);

    // Pieces in the order of time, each with all targets in it.
    void take(const fleet::Columns& columns);

    // In the order of their first looks; those without any are none. Nothing is taken after it.
    [[nodiscard]] std::vector<Judged> result();

    [[nodiscard]] std::int64_t gaps() const { return gaps_; }
    [[nodiscard]] std::int64_t silent() const;  // targets without one look

  private:
    struct Lane {
        watch::Replayer replayer;
        std::size_t owner = 0;
        std::size_t kind = 0;
        LifeNumber life = 1, shown_life = 0;
        std::chrono::nanoseconds last{};
        std::optional<std::chrono::nanoseconds> started{};
        std::int64_t targets = 1;
        fleet::RestartSigns signs;
        std::vector<std::variant<Sample, Bucket>> held{};  // until it is known which life they are of
        Sample last_look{};
        std::optional<Sample> first_look{};  // of this life
        report::SeriesTrails trails{};
    };
    struct Member {
        std::size_t kind = 0;  // equal for those that can follow each other
        Lane* lane = nullptr;
        bool by_memory = false;
        bool seen = false;
    };
    Lane& lane_for(std::size_t target, const fleet::Columns& columns, std::chrono::nanoseconds begin,
                   const std::vector<bool>& done);
    void feed(std::size_t target, const fleet::Columns& columns, Lane& lane);
    void take_look(Lane& lane, std::variant<Sample, Bucket> look, bool after_silence);
    void play(Lane& lane, const fleet::RestartSigns::Decision& decision);
    void play(Lane& lane, std::variant<Sample, Bucket> look);
    [[nodiscard]] fleet::RestartSigns signs_of(const fleet::Columns& columns, bool start_seen) const;

    const std::vector<Labels>& labels_;
    Series only_;
    trend::Settings judge_;
    bool with_charts_;
    std::vector<Member> members_{};
    std::deque<Lane> lanes_{};
    std::optional<std::chrono::nanoseconds> begin_{};  // of all pieces
    std::int64_t gaps_ = 0;
};

}  // namespace rampwatch::harvest
