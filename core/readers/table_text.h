// SPDX-License-Identifier: MIT
// Tables that somebody's loop printed: ps, pidstat, sar, top -b, psrecord, docker stats, kubectl top, a date
// and a number, and /proc/PID/status.
//
// A time stands at the beginning of a line, in a line of its own before the table (date, top's first), or in
// the first column. A head may be repeated or change; a line that is neither is passed over and counted.
#pragma once

#include <string>
#include <vector>

#include "core/readers/file_clock.h"
#include "core/readers/line_parser.h"
#include "core/readers/table_header.h"

namespace rampwatch::readers {

class TableText final : public LineParser {
  public:
    std::optional<Error> line(std::string_view text, std::int64_t number, SeriesBook& book) override;
    std::optional<Error> finish(std::int64_t number, SeriesBook& book) override {
        return end_status(number + 1, book);
    }
    [[nodiscard]] std::string_view format() const override { return tool_; }

  private:
    std::optional<Error> row(std::string_view text, const std::optional<FileTime>& time, std::int64_t number,
                             SeriesBook& book);
    std::optional<Error> bare_row(std::string_view text, const std::optional<FileTime>& time,
                                  std::int64_t number, SeriesBook& book);
    std::optional<Error> elapsed_row(std::string_view text, std::int64_t number, SeriesBook& book);
    bool take_status(std::string_view text);
    std::optional<Error> end_status(std::int64_t number, SeriesBook& book);
    bool is_heading(std::string_view text);
    std::optional<Error> after(Result<RowResult> result, std::int64_t number, SeriesBook& book);

    FileClock clock_{};
    std::optional<TableHeader> header_{};
    std::optional<FileTime> tick_{};  // of the last line that was a time alone
    std::string_view tool_ = "a table";
    std::vector<Cell> cells_{};
    std::string clean_{};
    bool new_life_ = false;
    // of /proc/PID/status, a line each, until the next one begins
    std::vector<std::pair<std::string, std::string>> status_{};
    std::optional<FileTime> status_time_{};
};

// The line without escape sequences of a terminal, and without blanks around it. `room` holds what is
// returned where something had to be cut out.
std::string_view without_escapes(std::string_view text, std::string& room);

}  // namespace rampwatch::readers
