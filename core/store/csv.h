// SPDX-License-Identifier: MIT
// Recorded samples read back from CSV: columns by name in any order (csv_columns.h), one look a line.
//
// A line is parsed in place out of a 256 KiB buffer: fields through iostreams or getline cost ten times as
// much.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd.h"
#include "core/base/lines.h"
#include "core/model/source.h"
#include "core/store/csv_columns.h"

namespace rampwatch::store {

// What was read but not used; complete when the source has ended.
struct CsvNotes {
    std::vector<std::string> ignored_columns{};  // as the header spells them: escape before printing
    std::int64_t half_lines = 0;                 // 1 when the last line had no end: left out
    std::int64_t unknown_looks = 0;              // left out: their RSS is NaN

    friend bool operator==(const CsvNotes&, const CsvNotes&) = default;
};

// Constant memory. `time_s` becomes Sample::mono, and Sample::wall too where wall_s is empty and the time is
// one since the Unix epoch (10^9 s and more: nobody is up for 31 years). An empty field is unknown, and so is
// NaN in any column but the time's; a look whose RSS is NaN is left out and counted; a limit of 0 is none;
// limit_bytes alone is LimitKind::given, used by the process's own RSS + swap. A look at the same time as the
// one before is passed on; an earlier one, and a life that goes back, are refused. Errors say
// "file:line:column", the column counted in bytes from 1. A line with a span or a count over 1 is a Bucket.
class CsvSource final : public Source {
  public:
    // Reads the header. `name` is what errors call the file.
    static Result<std::unique_ptr<CsvSource>> open(Fd fd, std::string name);
    static Result<std::unique_ptr<CsvSource>> open(LineReader lines, std::string name);

    Result<std::optional<Record>> next() override;
    Result<bool> next_into(Record& record) override;

    [[nodiscard]] const CsvNotes& notes() const { return notes_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::int64_t line_number() const { return line_number_; }  // of the look given last, from 1

  private:
    using Values = std::array<std::int64_t, kColumnCount>;

    CsvSource(LineReader lines, std::string name) : name_(std::move(name)), lines_(std::move(lines)) {}

    std::optional<Error> read_header();
    std::optional<Error> read_names(std::string_view header);
    std::optional<Error> parse(std::string_view line);
    std::optional<Error> parse_one(const char*& at, std::string_view line, std::int8_t which);
    std::optional<Error> parse_slowly(std::string_view field, std::string_view line, Column column);
    std::optional<Error> check_order(std::string_view line);
    [[nodiscard]] bool has(Column column) const { return present_[index(column)]; }
    [[nodiscard]] std::optional<std::int64_t> value(Column column) const;
    void fill(Sample& sample) const;
    [[nodiscard]] bool is_stretch() const;
    [[nodiscard]] Bucket bucket() const;
    [[nodiscard]] std::optional<Stat> stat(std::size_t which, std::optional<std::int64_t> last) const;
    [[nodiscard]] Error refuse(std::size_t column, std::string what, std::string hint) const;
    [[nodiscard]] Error trouble(LineReader::Outcome got) const;
    [[nodiscard]] std::size_t column_at(std::string_view line, Column column) const;

    std::string name_;
    LineReader lines_;
    std::string header_{};                // again, it is passed over: files are appended to one another
    std::vector<std::int8_t> columns_{};  // of each field, as index(Column); -1 for one that is ignored
    CsvNotes notes_{};
    std::optional<Error> error_{};  // that ended the source
    bool ended_ = false;
    std::int64_t line_number_ = 0;
    // the line in hand
    Values values_{};
    Columns present_{};
    bool nan_rss_ = false;
    LimitKind limit_kind_ = LimitKind::given;
    // the line before
    std::int64_t last_time_ = -1;
    std::int64_t life_ = -1;
    std::int64_t life_offset_ = 0;  // 1 where the file counts its lives from 0
};

// "-" is standard input. `path` is shown as it was given, escaped.
Result<std::unique_ptr<CsvSource>> open_csv(const std::string& path);

}  // namespace rampwatch::store
