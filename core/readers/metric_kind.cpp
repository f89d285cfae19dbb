// SPDX-License-Identifier: MIT
#include "core/readers/metric_kind.h"

#include <cmath>

#include "core/model/series.h"

namespace rampwatch::readers {

MetricKind kind_of(std::string_view metric) {
    const auto has = [&](std::string_view part) { return metric.find(part) != std::string_view::npos; };
    if (metric.empty() || metric.ends_with("_bytes") || has("memory") || has("_rss")) return {};
    if (has("goroutines")) return {Series::goroutines, true};
    if (has("open_fds") || has("descriptors") || has("open_files")) return {Series::fds, true};
    if (has("threads") && !metric.ends_with("_total")) return {Series::threads, true};
    if (metric.ends_with("_total") || metric.ends_with("_count") || metric.ends_with("_sum") ||
        has("seconds") || has("_cpu") || has("percent") || has("ratio") || metric == "up") {
        return {Series::memory, false};
    }
    return {};
}

std::optional<NewLook> look_of(const MetricKind& kind, std::chrono::nanoseconds when, double value) {
    if (!(value >= 0 && value < 1.15e18)) return std::nullopt;
    NewLook look;
    look.sample.mono = look.sample.wall = when;
    if (is_bytes(kind.series)) {
        look.sample.rss_bytes = std::llround(value);
        look.assumed_bytes = true;
        return look;
    }
    if (value > 1e9) return std::nullopt;
    const std::int64_t count = std::llround(value);
    Bucket bucket{.mono = when, .wall = when};
    bucket.series[index(kind.series)] = Stat{count, count, count, static_cast<double>(count)};
    look.counted = bucket;
    return look;
}

}  // namespace rampwatch::readers
