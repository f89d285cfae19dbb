// SPDX-License-Identifier: MIT
// The columns of a recording: names, units and bounds, shared by its reader and its writer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

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
};
inline constexpr std::size_t kColumnCount = 19;

constexpr std::size_t index(Column column) { return static_cast<std::size_t>(column); }

enum class Unit : std::uint8_t { seconds, bytes, count, number, word };

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
            break;
    }
    return 0;
}

}  // namespace rampwatch::store
