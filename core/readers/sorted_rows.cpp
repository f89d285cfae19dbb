// SPDX-License-Identifier: MIT
#include "core/readers/sorted_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/json_tokens.h"
#include "core/base/text.h"
#include "core/readers/delimited_text.h"
#include "core/readers/line_recording.h"

namespace rampwatch::readers {
namespace {

using Token = JsonTokens::Token;

constexpr std::size_t kMostMembers = 128;  // of one object
constexpr std::size_t kMostKinds = 1024;   // names of members whose kinds are kept

bool is_time(Field field) { return field == Field::time || field == Field::elapsed; }

bool is_look(Field field) {
    return field == Field::rss || field == Field::usage || field == Field::anon || field == Field::host_used;
}

const Cell* cell_named(const std::vector<Cell>& cells, std::string_view name) {
    const auto found =
        std::find_if(cells.begin(), cells.end(), [&](const Cell& cell) { return cell.column == name; });
    return found == cells.end() ? nullptr : &*found;
}

}  // namespace

std::optional<Error> SortedRows::line(std::string_view text, std::int64_t number, SeriesBook& book) {
    if (number == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (trim(text).empty()) return std::nullopt;
    if (columns_.empty() && head_.empty() && trim(text).starts_with('{')) {
        format_ = "sorted JSON lines";
        if (auto error = cut_object(text, number, book)) return error;
        return row(number, book);
    }
    const bool is_head = columns_.empty() && head_.empty();
    if (is_head) head_ = text;
    if (columns_.empty())
        if (auto error = read_head(is_head ? number : 0, book)) return error;
    if (text == head_) return std::nullopt;  // also one that is repeated
    if (auto error = cut_delimited(text, number, book)) return error;
    return row(number, book);
}

std::optional<Error> SortedRows::read_head(std::int64_t number, SeriesBook& book) {
    format_ = "sorted CSV";
    separator_ = DelimitedText::separator_of(head_);
    if (separator_ == '\0') {
        return book.refuse(
            number, "not a header with a time and a memory: " + escape(head_, 64),
            "--columns says the header of a stream without one: --columns pod,time_s,rss_bytes");
    }
    split_quoted(head_, separator_, fields_, unquoted_);
    if (fields_.size() > kMostDelimitedColumns)
        return book.refuse(number, fmt::format("more than {} columns", kMostDelimitedColumns), {});
    bool time = false, memory = false;
    for (const std::string_view field : fields_) {
        const Column& column = columns_.emplace_back(Column{std::string(field), column_kind(field)});
        const bool is_key =
            std::find(turn_.names().begin(), turn_.names().end(), column.name) != turn_.names().end();
        if (is_key) continue;
        time |= is_time(column.kind.field) || column.kind.field == Field::date;
        memory |= is_look(column.kind.field);
        if (column.kind.field == Field::none) book.notes.ignored_columns.push_back(column.name);
    }
    for (const std::string& name : turn_.names()) {
        const auto has = [&](const Column& column) { return column.name == name; };
        if (std::none_of(columns_.begin(), columns_.end(), has)) {
            return book.refuse(number,
                               "no column " + escape(name, 64) + " in the header: " + escape(head_, 160),
                               "--by names a column that tells the series");
        }
    }
    if (!time) {
        return book.refuse(number, "no column of times in the header: " + escape(head_, 160),
                           "name one time_s: seconds since the Unix epoch, or ISO 8601");
    }
    if (!memory) {
        return book.refuse(number, "no column of memory in the header: " + escape(head_, 160),
                           "name one rss_bytes, rss_kib or rss_mib");
    }
    return std::nullopt;
}

std::optional<Error> SortedRows::cut_delimited(std::string_view text, std::int64_t number, SeriesBook& book) {
    split_quoted(text, separator_, fields_, unquoted_);
    if (fields_.size() != columns_.size()) {
        return book.refuse(number,
                           fmt::format("{} fields where the header has {}", fields_.size(), columns_.size()),
                           "leave a field empty where a value is unknown, but keep its separator");
    }
    cells_.clear();
    for (std::size_t i = 0; i < columns_.size(); ++i)
        cells_.push_back({&columns_[i].kind, columns_[i].name, fields_[i]});
    return std::nullopt;
}

const ColumnKind& SortedRows::kind_of_member(const std::string& name) {
    if (kinds_.size() >= kMostKinds) kinds_.clear();
    const auto found = kinds_.find(name);
    return found != kinds_.end() ? found->second : kinds_.emplace(name, column_kind(name)).first->second;
}

std::optional<Error> SortedRows::cut_object(std::string_view text, std::int64_t number, SeriesBook& book) {
    members_.clear();
    JsonTokens tokens([&] { return std::exchange(text, std::string_view()); });
    const auto refuse = [&](std::string_view what) {
        return book.refuse(number, fmt::format("no object of JSON at byte {}: {}", tokens.place(), what),
                           "one object a line, as JSONEachRow, to_json and jq -c write them");
    };
    if (tokens.next() != Token::begin_object) return refuse("something else");
    std::string name;
    for (Token token = tokens.next(); token != Token::end_object; token = tokens.next()) {
        if (token == Token::wrong || token == Token::end) return refuse(tokens.problem());
        if (token == Token::name) {
            name = tokens.text();
        } else if (token == Token::begin_object || token == Token::begin_array) {
            if (!tokens.skip()) return refuse(tokens.problem());
        } else if (members_.size() < kMostMembers) {
            const bool is_text = token == Token::string || token == Token::number;
            members_.emplace_back(name, is_text ? tokens.text() : std::string_view());
        }
    }
    if (const Token after = tokens.next(); after != Token::end) return refuse("more than one in this line");
    cells_.clear();
    if (kinds_.size() + members_.size() > kMostKinds) kinds_.clear();  // cells point to them
    for (const auto& [member, value] : members_) cells_.push_back({&kind_of_member(member), member, value});
    return std::nullopt;
}

std::optional<Error> SortedRows::take_turn(std::int64_t number, SeriesBook& book) {
    values_.clear();
    for (const std::string& name : turn_.names()) {
        const Cell* cell = cell_named(cells_, name);
        if (cell == nullptr) {
            return book.refuse(number, "no " + escape(name, 64) + " in this line",
                               "--by names what tells the series");
        }
        values_.push_back(cell->text);
    }
    if (auto error = turn_.take(values_, number, book)) return error;
    if (turn_.began()) clock_ = {};
    return std::nullopt;
}

std::optional<Error> SortedRows::row(std::int64_t number, SeriesBook& book) {
    if (auto error = take_turn(number, book)) return error;
    const Cell* time = nullptr;
    const Cell* date = nullptr;
    data_.clear();
    for (const Cell& cell : cells_) {
        const Field field = cell.kind->field;
        if (std::find(turn_.names().begin(), turn_.names().end(), cell.column) != turn_.names().end())
            continue;
        if (is_time(field)) {
            if (time == nullptr) time = &cell;
        } else if (field == Field::date) {
            if (date == nullptr) date = &cell;
        } else {
            data_.push_back(cell);
        }
    }
    if (time == nullptr) std::swap(time, date);
    if (time == nullptr)
        return book.refuse(number, "no time in this line", "a member time_s: seconds since the Unix epoch");
    const auto when = time_of_cell(*time, date == nullptr ? std::string_view() : date->text, clock_);
    if (!when) {
        return book.refuse(number, "not a time: " + escape(time->text, 64),
                           fmt::format("column {} takes seconds since the Unix epoch, or ISO 8601",
                                       escape(time->column, 64)));
    }
    const auto result =
        add_row(data_, when, {.decimal_comma = separator_ == ';', .series = turn_.key()}, number, book);
    if (!result) return result.error();
    if (*result == RowResult::taken) return std::nullopt;
    return book.refuse(
        number,
        *result == RowResult::no_memory ? "no memory in this line" : "not an amount of memory in this line",
        "a column or member such as rss_bytes, rss_kib or rss_mib holds it");
}

Result<std::unique_ptr<Recording>> open_sorted(LineReader lines, SortedStyle style, std::string name) {
    return std::unique_ptr<Recording>(std::make_unique<LineRecording>(
        std::move(lines), std::make_unique<SortedRows>(std::move(style)), std::move(name)));
}

}  // namespace rampwatch::readers
