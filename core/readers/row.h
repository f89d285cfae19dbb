// SPDX-License-Identifier: MIT
// One row of a table, or one object of JSON, as a look at one process.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/error.h"
#include "core/readers/amount.h"
#include "core/readers/file_clock.h"
#include "core/readers/series_book.h"

namespace rampwatch::readers {

struct Cell {
    const ColumnKind* kind = nullptr;
    std::string_view column{};  // its name as it stands in the header
    std::string_view text{};
};

struct RowStyle {
    double plain_unit = 0;  // bytes in a number without a unit, by who wrote it; 0 where that is not known
    bool decimal_comma = false;  // "95,4"
    bool new_life = false;       // this row begins one
    std::string_view series{};   // its key, where it is known already: a PID then tells its lives apart
};

enum class RowResult : std::uint8_t { taken, not_understood, no_memory };

// The time in a cell, with a date before it that stands in a cell of its own (or is empty). Empty where it is
// none.
std::optional<FileTime> time_of_cell(const Cell& cell, std::string_view date, FileClock& clock);

// Puts the row into the book. What is unknown (NaN, "-") is counted there, and a row without a time is
// refused. A number whose unit nobody names must be whole pages, as the kernel counts; else it is refused,
// since it may be KiB as well as bytes.
Result<RowResult> add_row(std::span<const Cell> cells, const std::optional<FileTime>& time,
                          const RowStyle& style, std::int64_t line, SeriesBook& book);

// A value of a column that is known by its name alone (a panel's legend): bytes where no unit is written.
Result<RowResult> add_value(const Cell& cell, const std::optional<FileTime>& time, const RowStyle& style,
                            std::int64_t line, SeriesBook& book);

}  // namespace rampwatch::readers
