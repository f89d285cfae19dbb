// SPDX-License-Identifier: MIT
// All that is known of a series by its name alone, one row each: whoever stores, judges, draws or tells
// series goes over these rows. A new series is an enumerator and a member in sample.h, a row here, and
// whoever reads it; how it is judged, if not as any count or size, says trend/policy, and
// rampwatch-formats(5) names it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/model/sample.h"

namespace rampwatch {

using SampleMember = std::optional<std::int64_t> Sample::*;

struct SeriesRow {
    Series series = Series::memory;
    std::string_view word{};        // in JSON, and before "_min" and so on in CSV and SQL
    std::string_view people{};      // in text for people
    bool bytes = false;             // else a count
    SampleMember member = nullptr;  // null of memory, which value_of() puts together
    std::string_view column{};      // of that member, in CSV, SQL and JSON
    std::string_view metric{};      // a gauge of its own; empty: a kind of rampwatch_memory_bytes
    std::string_view metric_help{};
    bool drawn = false;  // a chart in reports: memory large, counts small
    bool judged = true;  // else it only says something of other series
};

// By index(Series).
inline constexpr std::array<SeriesRow, kSeriesCount> kSeriesRows = {{
    {.series = Series::memory, .word = "memory", .people = "memory", .bytes = true, .drawn = true},
    {.series = Series::shmem,
     .word = "shmem",
     .people = "shared memory",
     .bytes = true,
     .member = &Sample::shmem_bytes,
     .column = "rss_shmem_bytes"},
    {.series = Series::threads,
     .word = "threads",
     .people = "threads",
     .member = &Sample::threads,
     .column = "threads",
     .metric = "rampwatch_threads",
     .metric_help = "Threads of the target.",
     .drawn = true},
    {.series = Series::fds,
     .word = "fds",
     .people = "descriptors",
     .member = &Sample::fds,
     .column = "fds",
     .metric = "rampwatch_open_descriptors",
     .metric_help = "Open file descriptors of the target."},
    {.series = Series::goroutines,
     .word = "goroutines",
     .people = "goroutines",
     .member = &Sample::goroutines,
     .column = "goroutines",
     .metric = "rampwatch_goroutines",
     .metric_help = "Goroutines of a Go target.",
     .drawn = true},
    {.series = Series::go_heap,
     .word = "go_heap",
     .people = "live Go heap",
     .bytes = true,
     .member = &Sample::go_heap_marked_bytes,
     .column = "go_heap_marked_bytes",
     .metric = "rampwatch_go_live_heap_bytes",
     .metric_help = "Heap that the last collection of a Go target found reachable."},
    {.series = Series::aged_threads,
     .word = "aged_threads",
     .people = "old threads",
     .member = &Sample::aged_threads,
     .column = "aged_threads",
     .metric = "rampwatch_aged_threads",
     .metric_help = "Threads of the target that were started long ago."},
    {.series = Series::aged_goroutines,
     .word = "aged_goroutines",
     .people = "old goroutines",
     .member = &Sample::aged_goroutines,
     .column = "aged_goroutines",
     .metric = "rampwatch_aged_goroutines",
     .metric_help = "Goroutines of a Go target that have not run for long."},
    {.series = Series::tasks,
     .word = "tasks",
     .people = "tasks",
     .member = &Sample::tasks,
     .column = "tasks",
     .metric = "rampwatch_tasks",
     .metric_help = "Parked tasks, such as coroutines, of the target's language runtimes.",
     .drawn = true},
    {.series = Series::aged_tasks,
     .word = "aged_tasks",
     .people = "old tasks",
     .member = &Sample::aged_tasks,
     .column = "aged_tasks",
     .metric = "rampwatch_aged_tasks",
     .metric_help = "Parked tasks of the target that have not moved for long."},
    {.series = Series::java_old,
     .word = "java_old",
     .people = "Java's old generation",
     .bytes = true,
     .member = &Sample::java_old_bytes,
     .column = "java_old_bytes",
     .metric = "rampwatch_java_old_generation_bytes",
     .metric_help = "What the last collection of a Java target's old generation left in it."},
    {.series = Series::java_old_used,
     .word = "java_old_used",
     .people = "Java's old generation, dead objects too",
     .bytes = true,
     .member = &Sample::java_old_used_bytes,
     .column = "java_old_used_bytes",
     .metric = "rampwatch_java_old_generation_used_bytes",
     .metric_help = "What a Java target's old generation holds, dead objects too.",
     .judged = false},
    {.series = Series::java_young,
     .word = "java_young",
     .people = "Java's young generation",
     .bytes = true,
     .member = &Sample::java_young_bytes,
     .column = "java_young_bytes",
     .metric = "rampwatch_java_young_generation_bytes",
     .metric_help = "Room for new objects of a Java target; 0 before its first collection.",
     .judged = false},
}};

constexpr bool rows_are_in_order() {
    for (std::size_t i = 0; i < kSeriesCount; ++i) {
        const SeriesRow& row = kSeriesRows[i];
        if (index(row.series) != i || row.word.empty() || (row.member == nullptr) != row.column.empty())
            return false;
    }
    return true;
}
static_assert(rows_are_in_order(), "one row for each Series, in their order, with a word and a column");

constexpr const SeriesRow& row_of(Series series) { return kSeriesRows[index(series)]; }
constexpr bool is_bytes(Series series) { return row_of(series).bytes; }

inline constexpr std::array<Series, kSeriesCount> kAllSeries = [] {
    std::array<Series, kSeriesCount> all{};
    for (std::size_t i = 0; i < kSeriesCount; ++i) all[i] = kSeriesRows[i].series;
    return all;
}();

// What a Sample may know beside its RSS, in the order in which CSV, SQL and JSON have it: the parts of
// memory, then every other series, then what is subtracted from memory, and what counts run against.
struct SampleField {
    std::string_view column{};
    SampleMember member = nullptr;
    bool bytes = false;
};
inline constexpr std::size_t kSampleFieldCount = 4 + (kSeriesCount - 2) + 4;
inline constexpr std::array<SampleField, kSampleFieldCount> kSampleFields = [] {
    std::array<SampleField, kSampleFieldCount> fields = {{
        {"rss_anon_bytes", &Sample::anon_bytes, true},
        {"rss_file_bytes", &Sample::file_bytes, true},
        {"rss_shmem_bytes", &Sample::shmem_bytes, true},
        {"swap_bytes", &Sample::swap_bytes, true},
    }};
    std::size_t next = 4;
    for (const SeriesRow& row : kSeriesRows)
        if (row.series != Series::memory && row.series != Series::shmem)
            fields[next++] = {row.column, row.member, row.bytes};
    fields[next++] = {"lazyfree_bytes", &Sample::lazyfree_bytes, true};
    fields[next++] = {"fds_limit", &Sample::fds_limit};
    fields[next++] = {"pids_limit", &Sample::pids_limit};
    fields[next] = {"pids_used", &Sample::pids_used};
    return fields;
}();

}  // namespace rampwatch
