// SPDX-License-Identifier: MIT
// Rows of many series in one stream, sorted by series and then by time: what a database, an engine that
// spreads work, or sort(1) puts out. A row is a line of CSV below a head, or an object of JSON; its columns
// are told by their names, as in other recordings. One series is open at a time, however many there are.
//
// A line that is not understood ends the stream: in a stream that nobody looks at, what was left out would be
// missed by nobody.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/lines.h"
#include "core/readers/file_clock.h"
#include "core/readers/line_parser.h"
#include "core/readers/row.h"
#include "core/readers/series_turn.h"

namespace rampwatch::readers {

struct SortedStyle {
    std::vector<std::string> by{};  // columns whose values, together, are a series; at least one
    std::string columns{};          // the head of a stream that has none; empty: its first line is one
};

class SortedRows final : public LineParser {
  public:
    explicit SortedRows(SortedStyle style) : turn_(std::move(style.by)), head_(std::move(style.columns)) {}

    std::optional<Error> line(std::string_view text, std::int64_t number, SeriesBook& book) override;
    std::optional<Error> finish(std::int64_t, SeriesBook& book) override {
        return turn_.finish(book), std::nullopt;
    }
    [[nodiscard]] bool may_be_empty() const override { return true; }
    [[nodiscard]] std::string_view format() const override { return format_; }

  private:
    struct Column {
        std::string name{};
        ColumnKind kind{};
    };
    std::optional<Error> read_head(std::int64_t number, SeriesBook& book);
    std::optional<Error> cut_delimited(std::string_view text, std::int64_t number, SeriesBook& book);
    std::optional<Error> cut_object(std::string_view text, std::int64_t number, SeriesBook& book);
    std::optional<Error> row(std::int64_t number, SeriesBook& book);
    std::optional<Error> take_turn(std::int64_t number, SeriesBook& book);
    const ColumnKind& kind_of_member(const std::string& name);

    SeriesTurn turn_;
    std::string head_;
    std::string_view format_ = "sorted rows";
    char separator_ = '\0';
    std::vector<Column> columns_{};
    FileClock clock_{};

    // of the row in hand
    std::vector<Cell> cells_{}, data_{};
    std::vector<std::string_view> fields_{}, values_{};
    std::vector<std::string> unquoted_{};
    std::vector<std::pair<std::string, std::string>> members_{};
    std::unordered_map<std::string, ColumnKind> kinds_{};
};

// `name` is what errors call the stream.
Result<std::unique_ptr<Recording>> open_sorted(LineReader lines, SortedStyle style, std::string name);

}  // namespace rampwatch::readers
