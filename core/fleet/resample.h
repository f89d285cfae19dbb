// SPDX-License-Identifier: MIT
// Raw samples of a series as a server of Prometheus's kind would show them at the moments of a grid: the last
// one before, where that is not older than five minutes, and none behind a mark of staleness
// (prometheus.io/docs/prometheus/latest/querying/basics, "Staleness"). So that raw samples are judged as
// query_range would have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/fleet/grid.h"

namespace rampwatch::fleet {

inline constexpr std::int64_t kLookback_ms = 300'000;

class Resampler {
  public:
    using Taker = std::function<void(double time_s, double value)>;

    Resampler(const Grid& grid, Taker at) : grid_(grid), at_(std::move(at)) {}

    // Samples of one series in the order of time; what is not later than the one before is left out. The
    // first may lie before the grid by as much as the lookback, those behind it tell nothing. `is_stale`: the
    // series ended here.
    void add(std::int64_t ms, double value, bool is_stale);

    // The series is over; the next add() is another's.
    void finish();

    [[nodiscard]] std::int64_t out_of_order() const { return out_of_order_; }

  private:
    void tell_until(std::int64_t end_ms);  // the moments that the last sample holds for

    Grid grid_;
    Taker at_;
    std::size_t next_ = 0;  // moment that is not told yet
    std::int64_t last_ms_ = 0;
    double last_ = 0;
    bool has_last_ = false, is_stale_ = false, has_any_ = false;
    std::int64_t out_of_order_ = 0;
};

}  // namespace rampwatch::fleet
