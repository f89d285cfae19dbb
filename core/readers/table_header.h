// SPDX-License-Identifier: MIT
// The head of a table whose columns are set apart by blanks, and a row of it cut into cells.
//
// ps, pidstat, top, sar, docker stats, kubectl top and psrecord all print such. Names of several words ("MEM
// USAGE / LIMIT") are known; of a row's words that are too many, all are part of the one column that may hold
// blanks: a command.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/readers/row.h"

namespace rampwatch::readers {

class TableHeader {
  public:
    // Empty where `line` is no head. One without a column of memory is a head too (pidstat -u -r prints both
    // kinds): has_memory() is false.
    static std::optional<TableHeader> parse(std::string_view line);

    // False where the words do not fit. The cells are valid as long as `line` and this header.
    bool cut(std::string_view line, std::vector<Cell>& cells) const;

    [[nodiscard]] bool has_memory() const { return has_memory_; }
    [[nodiscard]] bool has_elapsed() const { return has_elapsed_; }  // psrecord: the first column
    [[nodiscard]] std::string_view tool() const { return tool_; }    // who prints such a head
    [[nodiscard]] double plain_unit() const { return plain_unit_; }  // of a number without one

  private:
    struct Column {
        std::string name{};
        ColumnKind kind{};
        bool many_words = false;
    };
    void name_tool(std::string_view line);

    std::vector<Column> columns_{};
    bool has_memory_ = false;
    bool has_elapsed_ = false;
    std::string_view tool_ = "a table";
    double plain_unit_ = 1024;
};

}  // namespace rampwatch::readers
