// SPDX-License-Identifier: MIT
#include "core/readers/row.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"

namespace rampwatch::readers {
namespace {

using std::chrono::nanoseconds;

constexpr double kPage = 4096;
constexpr double kMostBytes = 1.15e18;
constexpr std::int64_t kMostCount = 1'000'000'000;
constexpr char kBetween = '\x1f';

Error no_time(const SeriesBook& book, std::int64_t line) {
    return book.refuse(
        line, "no time is known for this line",
        "print the date before each look: while sleep 60; do date; ps -o pid,rss -p PID; done");
}

// What one row has; filled cell by cell.
class Row {
  public:
    Row(const RowStyle& style, std::int64_t line, SeriesBook& book)
        : style_(style), line_(line), book_(book) {}

    std::optional<Error> take(const Cell& cell);
    Result<RowResult> finish(const std::optional<FileTime>& time);

  private:
    std::optional<Error> take_memory(const Cell& cell, std::optional<std::int64_t>& into);
    std::optional<Error> take_usage(const Cell& cell);
    void take_count(const Cell& cell, std::optional<std::int64_t>& into);
    void take_label(std::string_view name, std::string_view value);
    void take_identity(const Cell& cell);
    void name_series();
    [[nodiscard]] std::optional<Error> check_unit(const Cell& cell, const Amount& amount, double bytes);
    void settle_host();

    const RowStyle& style_;
    std::int64_t line_;
    SeriesBook& book_;
    NewLook look_{};
    std::string key_{};
    std::string_view command_{};
    std::optional<std::int64_t> rss_{}, limit_{}, used_{}, avail_{}, buffers_{}, cached_{};
    bool has_pid_ = false;
    bool unknown_ = false;
    bool not_understood_ = false;
};

std::optional<Error> Row::check_unit(const Cell& cell, const Amount& amount, double bytes) {
    if (bytes > kMostBytes || bytes < 0) {
        return book_.refuse(
            line_, fmt::format("{}: {}", bytes < 0 ? "negative" : "too large", escape(cell.text, 64)),
            fmt::format("column {}", escape(cell.column, 64)));
    }
    if (amount.unit_bytes > 0 || style_.plain_unit > 0 || cell.kind->unit > 0) return std::nullopt;
    if (std::fmod(bytes, kPage) == 0) {
        if (bytes > 0) {
            book_.remark(
                fmt::format("column {} has no unit: taken as bytes, since its numbers are whole pages",
                            escape(cell.column, 64)));
        }
        return std::nullopt;
    }
    return book_.refuse(
        line_,
        fmt::format("no unit in the name of column {}: {}", escape(cell.column, 64), escape(cell.text, 64)),
        "name it rss_bytes, rss_kib (as ps has it) or rss_mib");
}

std::optional<Error> Row::take_memory(const Cell& cell, std::optional<std::int64_t>& into) {
    if (is_unknown(cell.text)) {
        unknown_ = unknown_ || &into == &rss_;
        return std::nullopt;
    }
    const auto amount = parse_amount(cell.text, style_.decimal_comma);
    if (!amount || amount->percent) {
        not_understood_ = not_understood_ || &into == &rss_;
        return std::nullopt;
    }
    double unit = amount->unit_bytes;
    if (unit == 0) unit = cell.kind->unit;
    if (unit == 0) unit = style_.plain_unit;
    const double bytes = amount->number * (unit > 0 ? unit : 1);
    if (auto error = check_unit(cell, *amount, bytes)) return error;
    into = static_cast<std::int64_t>(std::llround(bytes));
    if (&into == &rss_) {
        look_.assumed_bytes = amount->unit_bytes == 0 && (unit == 0 || unit == 1);
        look_.column = cell.column;
    }
    return std::nullopt;
}

// "4.688MiB / 62.7GiB".
std::optional<Error> Row::take_usage(const Cell& cell) {
    const auto slash = cell.text.find('/');
    if (slash == std::string_view::npos) return take_memory(cell, rss_);
    Cell part = cell;
    part.text = cell.text.substr(0, slash);
    if (auto error = take_memory(part, rss_)) return error;
    part.text = cell.text.substr(slash + 1);
    return take_memory(part, limit_);
}

void Row::take_count(const Cell& cell, std::optional<std::int64_t>& into) {
    const auto number = parse_number(trim(cell.text));
    if (number && *number >= 0 && *number <= static_cast<double>(kMostCount)) into = std::llround(*number);
}

void Row::take_label(std::string_view name, std::string_view value) {
    value = trim(value);
    if (look_.labels.size() >= kMostLabels) return;
    look_.labels.push_back(
        {std::string(name.substr(0, kLongestLabel)), std::string(value.substr(0, kLongestLabel))});
    key_ += name.substr(0, kLongestLabel);
    key_ += '=';
    key_ += value.substr(0, kLongestLabel);
    key_ += kBetween;
}

// A container's before a process's.
void Row::take_identity(const Cell& cell) {
    if (cell.kind->field == Field::identity || look_.identity.empty()) look_.identity = trim(cell.text);
}

void Row::name_series() {
    if (!style_.series.empty()) {
        key_ = style_.series;
        return;
    }
    if (!command_.empty()) {
        // With a number the command only explains; without one it tells the series apart.
        if (has_pid_) {
            look_.labels.push_back({"command", std::string(command_.substr(0, kLongestLabel))});
        } else {
            take_label("command", command_);
        }
    }
    if (key_.empty() && !look_.identity.empty()) {
        take_label("container", look_.identity);
        look_.identity = {};
    }
}

std::optional<Error> Row::take(const Cell& cell) {
    Sample& sample = look_.sample;
    switch (cell.kind->field) {
        case Field::rss:
            return rss_ ? std::nullopt : take_memory(cell, rss_);
        case Field::usage:
            return rss_ ? std::nullopt : take_usage(cell);
        case Field::anon:
            return take_memory(cell, sample.anon_bytes);
        case Field::file:
            return take_memory(cell, sample.file_bytes);
        case Field::shmem:
            return take_memory(cell, sample.shmem_bytes);
        case Field::swap:
            return take_memory(cell, sample.swap_bytes);
        case Field::limit:
            return take_memory(cell, limit_);
        case Field::host_used:
            return take_memory(cell, used_);
        case Field::host_avail:
            return take_memory(cell, avail_);
        case Field::host_buffers:
            return take_memory(cell, buffers_);
        case Field::host_cached:
            return take_memory(cell, cached_);
        case Field::threads:
            return take_count(cell, sample.threads), std::nullopt;
        case Field::fds:
            return take_count(cell, sample.fds), std::nullopt;
        case Field::goroutines:
            return take_count(cell, sample.goroutines), std::nullopt;
        case Field::pid:
            if (!parse_count(trim(cell.text))) not_understood_ = true;
            if (!style_.series.empty()) return take_identity(cell), std::nullopt;
            has_pid_ = true;
            return take_label("pid", cell.text), std::nullopt;
        case Field::label:
            if (style_.series.empty()) take_label(cell.kind->stem, cell.text);
            return std::nullopt;
        case Field::command:
            command_ = trim(cell.text);
            return std::nullopt;
        case Field::identity:
            return take_identity(cell), std::nullopt;
        case Field::age:
            sample.age = elapsed_of(trim(cell.text));
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

// sar counts the page cache as used before version 11.7.1, which is also when kbavail came.
void Row::settle_host() {
    if (!used_ || rss_) return;
    look_.host = true;
    rss_ = used_;
    look_.assumed_bytes = false;
    if (!avail_ && buffers_ && cached_) {
        rss_ = std::max<std::int64_t>(0, *used_ - *buffers_ - *cached_);
        book_.remark("an older sar: buffers and page cache are taken off the memory in use");
    }
    book_.remark("this is the memory in use of a whole host (kbmemused), not of one process");
}

Result<RowResult> Row::finish(const std::optional<FileTime>& time) {
    if (not_understood_) return RowResult::not_understood;
    settle_host();
    if (!rss_ && look_.sample.anon_bytes) rss_ = look_.sample.anon_bytes;
    if (!rss_) {
        if (unknown_) ++book_.notes.unknown_values;
        return unknown_ ? RowResult::taken : RowResult::no_memory;
    }
    name_series();
    FileTime when;
    if (time) {
        when = *time;
    } else if (look_.sample.age) {
        when.mono = *look_.sample.age;
        book_.remark("times are taken from the age of the process");
    } else {
        return no_time(book_, line_);
    }
    look_.key = key_;
    look_.new_life = style_.new_life;
    look_.sample.mono = when.mono;
    look_.sample.wall = when.wall;
    look_.sample.rss_bytes = *rss_;
    if (limit_ && *limit_ > 0) look_.sample.limit = Limit{LimitKind::cgroup_max, *limit_, *rss_};
    if (auto error = book_.add(std::move(look_), line_)) return *error;
    return RowResult::taken;
}

}  // namespace

std::optional<FileTime> time_of_cell(const Cell& cell, std::string_view date, FileClock& clock) {
    std::string text(trim(cell.text));
    if (!date.empty()) text = std::string(trim(date)) + " " + text;
    if (const auto written = whole_time(text)) return clock.resolve(*written);
    const auto seconds = parse_number(text);
    if (!seconds) return std::nullopt;
    const double s = *seconds * (cell.kind->unit > 0 ? cell.kind->unit : 1);
    if (!(s >= 0 && s <= 9e9)) return std::nullopt;
    const nanoseconds since(std::llround(s * 1e9));
    if (cell.kind->field == Field::elapsed) return clock.elapsed(since);
    return FileTime{since, nanoseconds(0)};
}

Result<RowResult> add_row(std::span<const Cell> cells, const std::optional<FileTime>& time,
                          const RowStyle& style, std::int64_t line, SeriesBook& book) {
    Row row(style, line, book);
    for (const Cell& cell : cells) {
        if (auto error = row.take(cell)) return *error;
    }
    return row.finish(time);
}

Result<RowResult> add_value(const Cell& cell, const std::optional<FileTime>& time, const RowStyle& style,
                            std::int64_t line, SeriesBook& book) {
    if (is_unknown(cell.text)) {
        ++book.notes.unknown_values;
        return RowResult::taken;
    }
    const auto amount = parse_amount(cell.text, style.decimal_comma);
    if (!amount || amount->percent) return RowResult::not_understood;
    if (!time) return no_time(book, line);
    const double unit = amount->unit_bytes > 0 ? amount->unit_bytes : cell.kind->unit;
    const double bytes = amount->number * (unit > 0 ? unit : 1);
    if (bytes < 0 || bytes > kMostBytes) {
        return book.refuse(line, "not an amount of memory: " + escape(cell.text, 64),
                           fmt::format("column {}", escape(cell.column, 64)));
    }
    NewLook look;
    look.key = cell.column;
    look.labels = {{"series", std::string(cell.column.substr(0, kLongestLabel))}};
    look.assumed_bytes = amount->unit_bytes == 0 && (unit == 0 || unit == 1);
    look.column = cell.column;
    look.sample = {.mono = time->mono, .wall = time->wall, .rss_bytes = std::llround(bytes)};
    if (auto error = book.add(std::move(look), line)) return *error;
    return RowResult::taken;
}

}  // namespace rampwatch::readers
