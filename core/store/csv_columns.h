// SPDX-License-Identifier: MIT
// The columns of a recording: names, units and bounds, shared by its reader and its writer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/model/sample.h"

namespace rampwatch::store {

// In the order in which they are written.
enum class Column : std::uint8_t {
    time,
    rss,
    anon,
    file,
    shmem,
    swap,
    threads,
    fds,
    goroutines,
    go_heap_marked,
    aged_threads,
    aged_goroutines,
    life,
    limit,
    limit_used,
    limit_kind,
    cpu,
    age,
    wall,
    // Of a stretch whose single samples were thinned out: the columns above then hold its last values.
    span,
    count,
    memory_last,
    first_stat,  // min, mean and max of the RSS, and then of each series
};
inline constexpr std::size_t kSampleColumns = 19;  // what a single sample has
inline constexpr std::size_t kColumnCount = 22 + 3 * (1 + kSeriesCount);

constexpr std::size_t index(Column column) { return static_cast<std::size_t>(column); }

enum class Figure : std::uint8_t { min, mean, max };

// `which`: 0 is the RSS, then 1 + index(Series).
constexpr Column stat_column(std::size_t which, Figure figure) {
    return static_cast<Column>(index(Column::first_stat) + 3 * which + static_cast<std::size_t>(figure));
}

// `real`: a fraction, held as the bits of a double.
enum class Unit : std::uint8_t { seconds, bytes, count, number, word, real };

struct ColumnInfo {
    std::string_view name{};
    Unit unit = Unit::count;
};
inline constexpr std::array<ColumnInfo, kColumnCount> kColumns = {{
    {"time_s", Unit::seconds},
    {"rss_bytes", Unit::bytes},
    {"rss_anon_bytes", Unit::bytes},
    {"rss_file_bytes", Unit::bytes},
    {"rss_shmem_bytes", Unit::bytes},
    {"swap_bytes", Unit::bytes},
    {"threads", Unit::count},
    {"fds", Unit::count},
    {"goroutines", Unit::count},
    {"go_heap_marked_bytes", Unit::bytes},
    {"aged_threads", Unit::count},
    {"aged_goroutines", Unit::count},
    {"life", Unit::number},
    {"limit_bytes", Unit::bytes},
    {"limit_used_bytes", Unit::bytes},
    {"limit_kind", Unit::word},
    {"cpu_s", Unit::seconds},
    {"process_age_s", Unit::seconds},
    {"wall_s", Unit::seconds},
    {"span_s", Unit::seconds},
    {"count", Unit::count},
    {"memory_last", Unit::bytes},
    {"rss_min", Unit::bytes},
    {"rss_mean", Unit::real},
    {"rss_max", Unit::bytes},
    {"memory_min", Unit::bytes},
    {"memory_mean", Unit::real},
    {"memory_max", Unit::bytes},
    {"shmem_min", Unit::bytes},
    {"shmem_mean", Unit::real},
    {"shmem_max", Unit::bytes},
    {"threads_min", Unit::count},
    {"threads_mean", Unit::real},
    {"threads_max", Unit::count},
    {"fds_min", Unit::count},
    {"fds_mean", Unit::real},
    {"fds_max", Unit::count},
    {"goroutines_min", Unit::count},
    {"goroutines_mean", Unit::real},
    {"goroutines_max", Unit::count},
    {"go_heap_min", Unit::bytes},
    {"go_heap_mean", Unit::real},
    {"go_heap_max", Unit::bytes},
    {"aged_threads_min", Unit::count},
    {"aged_threads_mean", Unit::real},
    {"aged_threads_max", Unit::count},
    {"aged_goroutines_min", Unit::count},
    {"aged_goroutines_mean", Unit::real},
    {"aged_goroutines_max", Unit::count},
}};

constexpr std::optional<Column> column_of(std::string_view name) {
    for (std::size_t i = 0; i < kColumnCount; ++i) {
        if (kColumns[i].name == name) return static_cast<Column>(i);
    }
    return std::nullopt;
}

// The largest value that is believed: seconds as nanoseconds, so that 292 years fit 64 bits.
constexpr std::int64_t largest(Unit unit) {
    switch (unit) {
        case Unit::seconds:
            return 9'000'000'000'000'000'000;
        case Unit::bytes:
            return std::int64_t{1} << 60;
        case Unit::count:
            return 1'000'000'000;
        case Unit::number:
            return 4'294'967'294;
        case Unit::word:
        case Unit::real:
            break;
    }
    return 0;
}

}  // namespace rampwatch::store
