// SPDX-License-Identifier: MIT
#include "core/fleet/resample.h"

#include <algorithm>
#include <limits>

namespace rampwatch::fleet {

void Resampler::tell_until(std::int64_t end_ms) {
    const auto at = [&](std::int64_t ms) {  // the first moment that is not before
        if (ms <= grid_.start_ms) return std::size_t{0};
        const auto steps = static_cast<std::uint64_t>(ms - grid_.start_ms);
        const auto step = static_cast<std::uint64_t>(grid_.step_ms);
        return static_cast<std::size_t>(std::min<std::uint64_t>((steps + step - 1) / step, grid_.count));
    };
    if (has_last_ && !is_stale_) {
        const std::size_t end = at(std::min(end_ms, last_ms_ + kLookback_ms));
        for (std::size_t place = std::max(next_, at(last_ms_)); place < end; ++place)
            at_(static_cast<double>(time_ms(grid_, place)) / 1e3, last_);
    }
    next_ = std::max(next_, at(end_ms));
}

void Resampler::add(std::int64_t ms, double value, bool is_stale) {
    constexpr std::int64_t kMost_ms = std::numeric_limits<std::int64_t>::max() / 4;
    if (ms < 0 || ms > kMost_ms || (has_any_ && ms <= last_ms_)) {
        ++out_of_order_;
        return;
    }
    tell_until(ms);
    has_any_ = has_last_ = true;
    last_ms_ = ms;
    last_ = value;
    is_stale_ = is_stale;
}

void Resampler::finish() {
    tell_until(std::numeric_limits<std::int64_t>::max() / 2);
    next_ = 0;
    has_any_ = has_last_ = is_stale_ = false;
    last_ms_ = 0;
}

}  // namespace rampwatch::fleet
