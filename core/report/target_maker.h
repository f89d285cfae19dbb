// SPDX-License-Identifier: MIT
// What a report says of one target, gathered look by look and event by event: of a live watch and of a
// history alike.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

#include "core/model/event.h"
#include "core/report/target_report.h"

namespace rampwatch::report {

class TargetMaker {
  public:
    // The newest of each are kept.
    static constexpr std::size_t kMostLives = 64;
    explicit TargetMaker(std::size_t most_events) : most_events_(most_events) {}

    // In the order of time. `sample`: the look itself, or its last moment. One that is not drawn counts for
    // its life alone.
    void add(const Bucket& look, const Sample& sample, LifeNumber life, bool is_drawn = true);
    void add(const Event& event);

    [[nodiscard]] bool is_drawn() const { return !trails_.empty(); }
    // context, last_wall, charts, events and lives: of these what the looks tell, not who it was.
    void fill(TargetReport& target) const;

  private:
    std::size_t most_events_;
    std::deque<LifeSummaryMaker> lives_{};
    LifeNumber life_ = 0;  // the newest
    VerdictContext context_{};
    SeriesTrails trails_{};
    std::deque<ReportEvent> events_{};
    std::optional<std::chrono::nanoseconds> last_wall_{};
};

}  // namespace rampwatch::report
