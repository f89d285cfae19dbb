// SPDX-License-Identifier: MIT
// Columns set apart by commas, semicolons, tabs or bars below a head: exports of Grafana and of spreadsheets,
// sadf -d, and what people's own scripts write.
//
// With a column of memory (rss_kib, vmrss_kb, "Memory (MiB)") a row is a look at one process, told apart by a
// PID, a name or other labels. Without one every column beside the time is a series (a panel's legend). A
// time is an ISO 8601 or date(1) text, a number since the Unix epoch, or a number from the beginning of the
// recording.
#pragma once

#include <string>
#include <vector>

#include "core/readers/file_clock.h"
#include "core/readers/line_parser.h"
#include "core/readers/row.h"

namespace rampwatch::readers {

inline constexpr std::size_t kMostDelimitedColumns = 256;

// Fields as RFC 4180 has them: quotes around one may hold the separator; a quote in it is doubled. `unquoted`
// holds those that had to be changed, and must live as long as the fields.
void split_quoted(std::string_view line, char separator, std::vector<std::string_view>& fields,
                  std::vector<std::string>& unquoted);

class DelimitedText final : public LineParser {
  public:
    // '\0' where `line` is no head of such a file: no two names, or none that says a time or a memory.
    static char separator_of(std::string_view line);

    explicit DelimitedText(char separator) : separator_(separator) {}

    std::optional<Error> line(std::string_view text, std::int64_t number, SeriesBook& book) override;
    [[nodiscard]] std::string_view format() const override { return format_; }

  private:
    std::optional<Error> read_head(std::string_view text, std::int64_t number, SeriesBook& book);
    std::optional<Error> row(std::int64_t number, SeriesBook& book);
    std::optional<Error> wide_row(const std::optional<FileTime>& time, std::int64_t number, SeriesBook& book);
    Result<FileTime> time_of_row(std::int64_t number, const SeriesBook& book);

    struct Column {
        std::string name{};
        ColumnKind kind{};
        bool ignored = false;
    };
    char separator_;
    std::string head_{};
    std::vector<Column> columns_{};
    std::optional<std::size_t> time_{}, date_{};
    bool wide_ = false;
    bool decimal_comma_ = false;
    std::string_view format_ = "CSV";
    FileClock clock_{};
    std::vector<std::string_view> fields_{};
    std::vector<std::string> unquoted_{};
    std::vector<Cell> cells_{};
};

}  // namespace rampwatch::readers
