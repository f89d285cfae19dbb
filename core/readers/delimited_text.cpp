// SPDX-License-Identifier: MIT
#include "core/readers/delimited_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace rampwatch::readers {
namespace {

std::string_view without_hash(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (text.starts_with('#')) text = trim(text.substr(1));
    return text;
}

bool is_time(Field field) { return field == Field::time || field == Field::elapsed || field == Field::date; }

// What a column of one's own choosing is named after that is no memory.
bool is_no_memory(std::string_view stem) {
    constexpr auto kWords =
        std::to_array<std::string_view>({"cpu", "percent", "load", "count", "seconds", "latency"});
    return std::any_of(kWords.begin(), kWords.end(),
                       [&](std::string_view word) { return stem.find(word) != std::string_view::npos; });
}

}  // namespace

void split_quoted(std::string_view line, char separator, std::vector<std::string_view>& fields,
                  std::vector<std::string>& unquoted) {
    fields.clear();
    unquoted.clear();
    unquoted.reserve(kMostDelimitedColumns);  // so that views into them stay
    std::size_t at = 0;
    while (fields.size() <= kMostDelimitedColumns) {
        if (at < line.size() && line[at] == '"' && unquoted.size() < kMostDelimitedColumns) {
            std::string text;
            for (++at; at < line.size(); ++at) {
                if (line[at] != '"') {
                    text += line[at];
                } else if (at + 1 < line.size() && line[at + 1] == '"') {
                    text += line[at++];
                } else {
                    break;
                }
            }
            fields.push_back(unquoted.emplace_back(std::move(text)));
            at = std::min(line.find(separator, std::min(at, line.size())), line.size());
        } else {
            const std::size_t end = std::min(line.find(separator, at), line.size());
            fields.push_back(trim(line.substr(at, end - at)));
            at = end;
        }
        if (at >= line.size()) return;
        ++at;
    }
}

char DelimitedText::separator_of(std::string_view line) {
    line = without_hash(line);
    if (line.size() == 5 && line.starts_with("sep=")) return line[4];
    std::vector<std::string_view> names;
    std::vector<std::string> unquoted;
    for (const char separator : {',', ';', '\t', '|'}) {
        split_quoted(line, separator, names, unquoted);
        if (names.size() < 2) continue;
        const bool numbers = std::any_of(
            names.begin(), names.end(), [](std::string_view name) { return parse_number(name).has_value(); });
        const bool known = std::any_of(names.begin(), names.end(), [](std::string_view name) {
            const Field field = column_kind(name).field;
            return is_time(field) || is_memory(field);
        });
        if (known && !numbers) return separator;
    }
    return '\0';
}

std::optional<Error> DelimitedText::line(std::string_view text, std::int64_t number, SeriesBook& book) {
    text = without_hash(trim(text));
    if (text.empty() || (text.size() == 5 && text.starts_with("sep="))) return std::nullopt;
    if (columns_.empty() || text == head_) return read_head(text, number, book);
    split_quoted(text, separator_, fields_, unquoted_);
    if (fields_.size() != columns_.size()) {
        // A number with a decimal comma in a file of commas is cut in two, and nobody can tell where.
        return book.refuse(number,
                           fmt::format("{} fields where the header has {}", fields_.size(), columns_.size()),
                           "leave a field empty where a value is unknown, but keep its separator");
    }
    return row(number, book);
}

std::optional<Error> DelimitedText::read_head(std::string_view text, std::int64_t number, SeriesBook& book) {
    if (!columns_.empty()) return std::nullopt;  // a repeated head
    head_ = text;
    decimal_comma_ = separator_ == ';';
    split_quoted(text, separator_, fields_, unquoted_);
    if (fields_.size() > kMostDelimitedColumns) {
        return book.refuse(number, fmt::format("more than {} columns", kMostDelimitedColumns), {});
    }
    bool memory = false;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        Column column{std::string(fields_[i].substr(0, kLongestLabel)), column_kind(fields_[i]), false};
        const Field field = column.kind.field;
        memory |=
            field == Field::rss || field == Field::usage || field == Field::host_used || field == Field::anon;
        if (!time_ && (field == Field::time || field == Field::elapsed)) time_ = i;
        if (!date_ && field == Field::date) date_ = i;
        if (head_.find("kbmemused") != std::string::npos) format_ = "sadf -d";
        columns_.push_back(std::move(column));
    }
    if (!time_ && date_) time_.swap(date_);
    if (!time_) {
        return book.refuse(number, "no column of times in the header: " + escape(text, 64),
                           "name one time_s: seconds since the Unix epoch, or ISO 8601");
    }
    wide_ = !memory;
    if (wide_) format_ = "CSV with a series a column";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        Column& column = columns_[i];
        const Field field = column.kind.field;
        if (i == *time_ || (date_ && i == *date_)) continue;
        column.ignored =
            wide_ ? field == Field::share || is_no_memory(column.kind.stem) : field == Field::none;
        if (column.ignored) book.notes.ignored_columns.push_back(column.name);
    }
    return std::nullopt;
}

Result<FileTime> DelimitedText::time_of_row(std::int64_t number, const SeriesBook& book) {
    const Column& column = columns_[*time_];
    const std::string_view text = fields_[*time_];
    const auto time =
        time_of_cell({&column.kind, column.name, text}, date_ ? fields_[*date_] : std::string_view(), clock_);
    if (time) return *time;
    const std::string_view what = trim(text).empty()   ? "no time"
                                  : parse_number(text) ? "not a valid time"
                                                       : "not a time";
    return book.refuse(
        number, fmt::format("{}: {}", what, escape(text, 64)),
        fmt::format("column {} takes seconds or milliseconds since the Unix epoch, seconds from the "
                    "beginning, or ISO 8601 such as 2026-03-02T10:00:00Z",
                    escape(column.name, 64)));
}

std::optional<Error> DelimitedText::row(std::int64_t number, SeriesBook& book) {
    const auto time = time_of_row(number, book);
    if (!time) return time.error();
    if (clock_.summer_time_ended()) book.remark("an hour of local time is there twice: summer time ended");
    if (wide_) return wide_row(*time, number, book);
    cells_.clear();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i != *time_ && !columns_[i].ignored)
            cells_.push_back({&columns_[i].kind, columns_[i].name, fields_[i]});
    }
    const auto result = add_row(cells_, *time, {.decimal_comma = decimal_comma_}, number, book);
    if (!result) return result.error();
    if (*result == RowResult::not_understood) {
        return book.refuse(number, "not understood: " + escape(head_, 32) + " ... ",
                           "a field of a number holds something else");
    }
    return std::nullopt;
}

std::optional<Error> DelimitedText::wide_row(const std::optional<FileTime>& time, std::int64_t number,
                                             SeriesBook& book) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        Column& column = columns_[i];
        if (i == *time_ || (date_ && i == *date_) || column.ignored) continue;
        const auto result = add_value({&column.kind, column.name, fields_[i]}, time,
                                      {.decimal_comma = decimal_comma_}, number, book);
        if (!result) return result.error();
        if (*result == RowResult::not_understood) {
            column.ignored = true;  // a column of words, or of percentages
            book.notes.ignored_columns.push_back(column.name);
        }
    }
    return std::nullopt;
}

}  // namespace rampwatch::readers
