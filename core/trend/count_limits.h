// SPDX-License-Identifier: MIT
// Limits of counts: descriptors against RLIMIT_NOFILE, threads against the pids.max of their cgroup.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/model/verdict.h"
#include "core/trend/floors.h"
#include "core/trend/limit_watch.h"

namespace rampwatch::trend {

class CountLimits {
  public:
    // The series that have a limit.
    static constexpr std::array kSeries = {Series::fds, Series::threads};

    // After every look: what it knew, a Sample or a Bucket. What it did not know stays as it was; a limit
    // that is not above 0 is none.
    template <class Looked>
    void look(const Looked& looked) {
        if (looked.fds_limit) set(Series::fds, *looked.fds_limit, 0);
        if (looked.pids_limit && looked.pids_used)
            set(Series::threads, *looked.pids_limit, *looked.pids_used);
    }

    // Empty for a series without one. Of descriptors the newest count of them is what is used.
    [[nodiscard]] std::optional<CountLimit> limit(Series series, const Floors& count) const;

    // After every finished block; `count` is null where the series is not there.
    void notice(Series series, const Floors* count, const LimitWatch& watch);
    void forget_notices();
    [[nodiscard]] std::optional<CountForecast> near(Series series) const;

    [[nodiscard]] bool sound() const;

    template <class Archive>
    void state(Archive& archive) {
        for (One& one : ones_) {
            archive(one.limit.most, one.limit.used, one.is_near, one.near.limit.most, one.near.limit.used,
                    one.near.eta_s, one.near.eta_range_s.low, one.near.eta_range_s.high);
        }
    }

  private:
    struct One {
        CountLimit limit{};  // most 0: not known
        bool is_near = false;
        CountForecast near{};
    };
    void set(Series series, std::int64_t most, std::int64_t used);

    std::array<One, kSeries.size()> ones_{};
};

}  // namespace rampwatch::trend
