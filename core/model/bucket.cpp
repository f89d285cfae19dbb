// SPDX-License-Identifier: MIT
#include "core/model/bucket.h"

#include <algorithm>

#include "core/model/series.h"

namespace rampwatch {
namespace {

Stat joined(const Stat& earlier, std::int64_t earlier_count, const Stat& later, std::int64_t later_count) {
    const auto n = static_cast<double>(earlier_count), m = static_cast<double>(later_count);
    return {std::min(earlier.min, later.min), std::max(earlier.max, later.max), later.last,
            earlier.mean + (later.mean - earlier.mean) * (m / (n + m))};
}

}  // namespace

Sample last_of(const Bucket& bucket) {
    Sample sample{.mono = bucket.mono,
                  .wall = bucket.wall,
                  .rss_bytes = bucket.rss.last,
                  .age = bucket.age,
                  .limit = bucket.limit,
                  .fds_limit = bucket.fds_limit,
                  .pids_limit = bucket.pids_limit,
                  .pids_used = bucket.pids_used};
    for (const SeriesRow& row : kSeriesRows) {
        const auto member = row.member != nullptr ? row.member : &Sample::anon_bytes;
        if (const auto& stat = bucket.series[index(row.series)]) sample.*member = stat->last;
    }
    return sample;
}

Stat in_order(Stat stat) {
    stat.min = std::min({stat.min, stat.max, stat.last});
    stat.max = std::max(stat.max, stat.last);
    const auto least = static_cast<double>(stat.min);
    stat.mean = stat.mean >= least ? std::min(stat.mean, static_cast<double>(stat.max)) : least;  // NaN too
    return stat;
}

Bucket joined(const Bucket& earlier, const Bucket& later) {
    Bucket both = later;
    both.span = later.mono - (earlier.mono - earlier.span);
    both.count = earlier.count + later.count;
    both.rss = joined(earlier.rss, earlier.count, later.rss, later.count);
    for (const Series series : kAllSeries) {
        const auto& before = earlier.series[index(series)];
        auto& stat = both.series[index(series)];
        if (!stat) {
            stat = before;
        } else if (before) {
            stat = joined(*before, earlier.count, *stat, later.count);
        }
    }
    if (!both.age) both.age = earlier.age;
    if (!both.limit) both.limit = earlier.limit;
    if (!both.fds_limit) both.fds_limit = earlier.fds_limit;
    if (!both.pids_limit) {
        both.pids_limit = earlier.pids_limit;
        both.pids_used = earlier.pids_used;
    }
    return both;
}

}  // namespace rampwatch
