// SPDX-License-Identifier: MIT
// The columns of a recording: names, units and bounds, shared by its reader and its writer.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/model/series.h"

namespace rampwatch::store {

// In the order in which they are written.
enum class Column : std::uint8_t {
    time,
    rss,
    first_field,  // kSampleFields, in their order
    life = first_field + kSampleFieldCount,
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
constexpr std::size_t index(Column column) { return static_cast<std::size_t>(column); }

inline constexpr std::size_t kSampleColumns = index(Column::span);  // what a single sample has
inline constexpr std::size_t kColumnCount = index(Column::first_stat) + 3 * (1 + kSeriesCount);

using Columns = std::bitset<kColumnCount>;  // which of them there are, by index(Column)

constexpr Column field_column(std::size_t field) {
    return static_cast<Column>(index(Column::first_field) + field);
}

enum class Figure : std::uint8_t { min, mean, max };

// `which`: 0 is the RSS, then 1 + index(Series).
constexpr Column stat_column(std::size_t which, Figure figure) {
    return static_cast<Column>(index(Column::first_stat) + 3 * which + static_cast<std::size_t>(figure));
}

// `real`: a fraction, held as the bits of a double.
enum class Unit : std::uint8_t { seconds, bytes, count, number, word, real };

// "aged_threads_mean", put together from a series' word while compiling.
class ColumnName {
  public:
    constexpr ColumnName() = default;
    constexpr ColumnName(const char* name) : ColumnName(std::string_view(name)) {}
    constexpr ColumnName(std::string_view name, std::string_view tail = {}) {
        for (const std::string_view part : {name, tail})
            for (const char c : part) text_.at(size_++) = c;
    }
    [[nodiscard]] constexpr std::string_view view() const { return {text_.data(), size_}; }

  private:
    std::array<char, 31> text_{};
    std::uint8_t size_ = 0;
};

struct ColumnInfo {
    ColumnName name{};
    Unit unit = Unit::count;
};
inline constexpr std::array<ColumnInfo, kColumnCount> kColumns = [] {
    std::array<ColumnInfo, kColumnCount> columns{};
    const auto set = [&](Column column, ColumnName name, Unit unit) {
        columns[index(column)] = {name, unit};
    };
    set(Column::time, "time_s", Unit::seconds);
    set(Column::rss, "rss_bytes", Unit::bytes);
    for (std::size_t i = 0; i < kSampleFieldCount; ++i)
        set(field_column(i), kSampleFields[i].column, kSampleFields[i].bytes ? Unit::bytes : Unit::count);
    set(Column::life, "life", Unit::number);
    set(Column::limit, "limit_bytes", Unit::bytes);
    set(Column::limit_used, "limit_used_bytes", Unit::bytes);
    set(Column::limit_kind, "limit_kind", Unit::word);
    set(Column::cpu, "cpu_s", Unit::seconds);
    set(Column::age, "process_age_s", Unit::seconds);
    set(Column::wall, "wall_s", Unit::seconds);
    set(Column::span, "span_s", Unit::seconds);
    set(Column::count, "count", Unit::count);
    set(Column::memory_last, "memory_last", Unit::bytes);
    for (std::size_t which = 0; which <= kSeriesCount; ++which) {
        const std::string_view word = which == 0 ? "rss" : kSeriesRows[which - 1].word;
        const Unit unit = which == 0 || kSeriesRows[which - 1].bytes ? Unit::bytes : Unit::count;
        set(stat_column(which, Figure::min), {word, "_min"}, unit);
        set(stat_column(which, Figure::mean), {word, "_mean"}, Unit::real);
        set(stat_column(which, Figure::max), {word, "_max"}, unit);
    }
    return columns;
}();

constexpr std::optional<Column> column_of(std::string_view name) {
    for (std::size_t i = 0; i < kColumnCount; ++i) {
        if (kColumns[i].name.view() == name) return static_cast<Column>(i);
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
