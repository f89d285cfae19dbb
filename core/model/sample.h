// SPDX-License-Identifier: MIT
// What flows first: one look at one process, and many looks folded into one.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace rampwatch {

// What can leak, each judged by a detector of its own; core/model/series.h has the row of each. Memory first:
// the counts ask for its company.
enum class Series : std::uint8_t {
    memory,        // bytes the process holds: anonymous - lazyfree + swap; RSS + swap where it is not known
    shmem,         // bytes of shared memory mapped and touched
    threads,       // count
    fds,           // count of open descriptors
    goroutines,    // count
    go_heap,       // bytes that Go's last garbage collection found reachable
    aged_threads,  // count of threads that were started long ago
    aged_goroutines,  // count of goroutines that have not run for long
    tasks,            // count of other languages' parked tasks, such as coroutines
    aged_tasks,       // count of those that have been parked at one place for long
    java_old,         // bytes that were left in Java's old generation when it was collected
    java_old_used,    // bytes in it, dead objects too: not judged by itself
    java_young,       // bytes that new Java objects may fill: not judged by itself
};
inline constexpr std::size_t kSeriesCount = static_cast<std::size_t>(Series::java_young) + 1;

constexpr std::size_t index(Series series) { return static_cast<std::size_t>(series); }

enum class LimitKind : std::uint8_t {
    given,        // by an option or a file; its use is the process's own RSS + swap
    cgroup_max,   // v2 memory.max, v1 memory.limit_in_bytes: the OOM killer's line
    cgroup_high,  // v2 memory.high: the kernel throttles from here on
    rlimit_as,    // RLIMIT_AS, counted in address space
    physical,     // MemTotal, of which MemTotal - MemAvailable is used
};

// A line that growth runs against. `used_bytes` is counted the way the limit counts: a cgroup's own usage
// (page cache that can be dropped left out), not one process's RSS.
struct Limit {
    LimitKind kind = LimitKind::given;
    std::int64_t limit_bytes = 0;
    std::int64_t used_bytes = 0;

    friend bool operator==(const Limit&, const Limit&) = default;
};

// One look at one process. What the kernel would not tell stays empty; it is never 0 or -1 in disguise.
struct Sample {
    std::chrono::nanoseconds mono{};  // CLOCK_BOOTTIME: what is judged
    std::chrono::nanoseconds wall{};  // since the Unix epoch: what is shown
    std::int64_t rss_bytes = 0;
    std::optional<std::int64_t> anon_bytes{};
    std::optional<std::int64_t> file_bytes{};
    std::optional<std::int64_t> shmem_bytes{};
    std::optional<std::int64_t> swap_bytes{};
    // Of anon_bytes: given back by MADV_FREE, though the kernel has not taken it yet. Read seldom, and only
    // once memory grows; the last reading stands in the samples after it.
    std::optional<std::int64_t> lazyfree_bytes{};
    std::optional<std::int64_t> threads{};
    std::optional<std::int64_t> fds{};
    std::optional<std::int64_t> goroutines{};
    std::optional<std::int64_t> go_heap_marked_bytes{};
    std::optional<std::int64_t> aged_threads{};
    std::optional<std::int64_t> aged_goroutines{};
    std::optional<std::int64_t> tasks{};
    std::optional<std::int64_t> aged_tasks{};
    std::optional<std::int64_t> java_old_bytes{};  // only in the sample after a collection of it ended
    std::optional<std::int64_t> java_old_used_bytes{};
    std::optional<std::int64_t> java_young_bytes{};  // 0 before they were collected for the first time
    std::optional<std::chrono::nanoseconds> cpu{};   // user + system time used since the process began
    std::optional<std::chrono::nanoseconds> age{};   // of the process, at `mono`
    std::optional<Limit> limit{};                    // the one with the least room left
    // What counts run against: the soft RLIMIT_NOFILE, and the pids.max of a cgroup with what it has of
    // tasks, other processes' too.
    std::optional<std::int64_t> fds_limit{};
    std::optional<std::int64_t> pids_limit{};
    std::optional<std::int64_t> pids_used{};

    friend bool operator==(const Sample&, const Sample&) = default;
};

// The value that the Judge of `series` sees; empty when the sample does not have it. Saturates, never
// overflows.
std::optional<std::int64_t> value_of(const Sample& sample, Series series);

// One quantity over a Bucket's span.
struct Stat {
    std::int64_t min = 0;
    std::int64_t max = 0;
    std::int64_t last = 0;
    double mean = 0;

    friend bool operator==(const Stat&, const Stat&) = default;
};

// Many looks folded into one; a Sample is a bucket of one with span 0.
struct Bucket {
    std::chrono::nanoseconds mono{};  // CLOCK_BOOTTIME at its end
    std::chrono::nanoseconds wall{};  // at its end
    std::chrono::nanoseconds span{};  // it covers (mono - span, mono]
    std::int64_t count = 1;           // samples in it, at least 1
    Stat rss{};
    std::array<std::optional<Stat>, kSeriesCount> series{};  // by index(Series)
    std::optional<std::chrono::nanoseconds> age{};
    std::optional<Limit> limit{};  // the last one seen, as those of counts are
    std::optional<std::int64_t> fds_limit{};
    std::optional<std::int64_t> pids_limit{};
    std::optional<std::int64_t> pids_used{};

    friend bool operator==(const Bucket&, const Bucket&) = default;
};

Bucket to_bucket(const Sample& sample);

}  // namespace rampwatch
