// SPDX-License-Identifier: MIT
// What a metric of Prometheus counts, by its name.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "core/model/sample.h"
#include "core/readers/series_book.h"

namespace rampwatch::readers {

// A metric that is no memory and none of the counts is judged as nothing.
struct MetricKind {
    Series series = Series::memory;
    bool is_judged = true;

    friend bool operator==(const MetricKind&, const MetricKind&) = default;
};

// "process_open_fds", "go_goroutines", "jvm_threads_current", "..._bytes"; without a name (the sum of
// something) memory. "..._seconds_total" and other counters are not judged.
MetricKind kind_of(std::string_view metric);

// A value of it as a look; empty where no process has such a number. `when` is since the Unix epoch.
std::optional<NewLook> look_of(const MetricKind& kind, std::chrono::nanoseconds when, double value);

}  // namespace rampwatch::readers
