// SPDX-License-Identifier: MIT
#include "core/model/sample.h"

#include <algorithm>
#include <limits>

#include "core/model/series.h"

namespace rampwatch {
namespace {

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return a > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

}  // namespace

std::optional<std::int64_t> value_of(const Sample& sample, Series series) {
    const SeriesRow& row = row_of(series);
    if (row.member != nullptr) return sample.*row.member;
    // Given back is not held, though the kernel counts it until it takes it.
    const std::int64_t resident = sample.anon_bytes.value_or(sample.rss_bytes);
    const std::int64_t lazy =
        std::clamp(sample.lazyfree_bytes.value_or(0), std::int64_t{0}, std::max(resident, std::int64_t{0}));
    return saturating_add(resident - lazy, sample.swap_bytes.value_or(0));
}

Bucket to_bucket(const Sample& sample) {
    const auto alone = [](std::int64_t value) {
        return Stat{value, value, value, static_cast<double>(value)};
    };
    Bucket bucket{.mono = sample.mono, .wall = sample.wall, .age = sample.age, .limit = sample.limit};
    bucket.fds_limit = sample.fds_limit;
    bucket.pids_limit = sample.pids_limit;
    bucket.pids_used = sample.pids_used;
    bucket.rss = alone(sample.rss_bytes);
    for (const Series series : kAllSeries) {
        if (const auto value = value_of(sample, series)) bucket.series[index(series)] = alone(*value);
    }
    return bucket;
}

}  // namespace rampwatch
