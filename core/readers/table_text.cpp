// SPDX-License-Identifier: MIT
#include "core/readers/table_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/text.h"

namespace rampwatch::readers {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostStatusLines = 64;
constexpr double kAmbiguous = 64.0 * 1024 * 1024;  // as KiB 64 GiB, as bytes 64 MiB

const ColumnKind kRss{Field::rss, 0, "rss"};
const ColumnKind kLimit{Field::limit, 0, "limit"};
const std::array<ColumnKind, 3> kNames = {
    {{Field::label, 0, "name"}, {Field::label, 0, "name_2"}, {Field::label, 0, "name_3"}}};

// Lines of /proc/PID/status and smaps_rollup that say something here; all of their kB are KiB.
struct StatusLine {
    std::string_view name;
    std::string_view column;
};
constexpr auto kStatus = std::to_array<StatusLine>({{"Name:", "comm"},
                                                    {"Pid:", "pid"},
                                                    {"VmRSS:", "rss_kib"},
                                                    {"RssAnon:", "rss_anon_kib"},
                                                    {"RssFile:", "rss_file_kib"},
                                                    {"RssShmem:", "rss_shmem_kib"},
                                                    {"VmSwap:", "swap_kib"},
                                                    {"Threads:", "threads"},
                                                    {"Rss:", "rss_kib"},
                                                    {"Swap:", "swap_kib"},
                                                    {"Anonymous:", "rss_anon_kib"}});

bool is_pod(std::string_view word) {
    return !word.empty() && word.ends_with('m') && parse_count(word.substr(0, word.size() - 1));
}

std::vector<std::string_view> few_words(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty() && words.size() < 16) {
        const std::size_t end = std::min(text.find_first_of(" \t,"), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text = text.substr(std::min(end + 1, text.size()));
    }
    return words;
}

}  // namespace

std::string_view without_escapes(std::string_view text, std::string& room) {
    if (text.find('\x1b') == std::string_view::npos) return trim(text);
    room.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\x1b') {
            room += text[at];
            continue;
        }
        if (at + 1 < text.size() && text[at + 1] == '[') {
            at = std::min(text.find_first_of("@ABCDEFGHIJKLMPSTXZ`abcdefghijklmnopqrstuvwxyz", at + 2),
                          text.size());
        } else {
            ++at;
        }
    }
    return trim(room);
}

// Lines around a table that carry the time or the day.
bool TableText::is_heading(std::string_view text) {
    if (text.starts_with("top - ")) {
        if (const auto time = leading_time(text.substr(6))) tick_ = clock_.resolve(*time);
        header_.reset();
        return true;
    }
    if (text.starts_with("Linux ") && text.ends_with("CPU)")) {
        for (const std::string_view word : few_words(text)) {
            if (const auto day = day_of(word)) clock_.set_day(*day);
        }
        header_.reset();
        tick_.reset();
        return true;
    }
    return text.starts_with("Average:") || text.starts_with("Tasks:") || text.starts_with("Threads:  ") ||
           text.starts_with("%Cpu") || text.starts_with("KiB ") || text.starts_with("MiB ") ||
           text.starts_with("GiB ") || text.starts_with("Mem: ") || text.starts_with("Swap: ");
}

std::optional<Error> TableText::line(std::string_view text, std::int64_t number, SeriesBook& book) {
    text = without_escapes(text, clean_);
    if (text.empty()) return std::nullopt;
    if (is_heading(text)) return std::nullopt;
    if (take_status(text)) return std::nullopt;
    if (auto error = end_status(number, book)) return error;

    std::optional<FileTime> time = tick_;
    std::string_view rest = text;
    const std::size_t bracket = rest.starts_with('[') ? 1 : 0;
    if (const auto leading = leading_time(rest.substr(bracket))) {
        time = clock_.resolve(*leading);
        rest = rest.substr(bracket + leading->length);
        if (bracket == 1 && rest.starts_with(']')) rest.remove_prefix(1);
        rest = trim(rest);
        while (rest.starts_with(',') || rest.starts_with(';') || rest.starts_with("- "))
            rest = trim(rest.substr(1));
        if (rest.empty()) {
            tick_ = time;
            return std::nullopt;
        }
        if (take_status(rest)) {
            status_time_ = time;
            return std::nullopt;
        }
    }
    if (auto header = TableHeader::parse(rest)) {
        new_life_ = header_ && header->has_elapsed();
        header_ = std::move(header);
        if (header_->has_memory()) tool_ = header_->tool();
        return std::nullopt;
    }
    if (clock_.summer_time_ended()) book.remark("an hour of local time is there twice: summer time ended");
    if (header_ && header_->has_elapsed()) return elapsed_row(rest, number, book);
    if (header_) return row(rest, time, number, book);
    return bare_row(rest, time, number, book);
}

std::optional<Error> TableText::after(Result<RowResult> result, std::int64_t number, SeriesBook& book) {
    if (!result) return result.error();
    if (*result == RowResult::not_understood) book.not_understood(number);
    return std::nullopt;
}

std::optional<Error> TableText::row(std::string_view text, const std::optional<FileTime>& time,
                                    std::int64_t number, SeriesBook& book) {
    if (!header_->has_memory()) return std::nullopt;
    if (!header_->cut(text, cells_)) {
        if (text.find("-- / --") != std::string_view::npos) {
            ++book.notes.unknown_values;  // docker's row of a container that does not run
            return std::nullopt;
        }
        book.not_understood(number);
        return std::nullopt;
    }
    for (const Cell& cell : cells_) {
        if (cell.kind->field == Field::pid && is_unknown(cell.text))
            return std::nullopt;  // a thread of pidstat -t
    }
    return after(add_row(cells_, time, {.plain_unit = header_->plain_unit()}, number, book), number, book);
}

// psrecord: seconds since it began in the first column.
std::optional<Error> TableText::elapsed_row(std::string_view text, std::int64_t number, SeriesBook& book) {
    if (!header_->cut(text, cells_)) {
        book.not_understood(number);
        return std::nullopt;
    }
    const auto since = parse_number(cells_.front().text);
    if (!since || *since < 0 || *since > 9e9) {
        book.not_understood(number);
        return std::nullopt;
    }
    const FileTime time = clock_.elapsed(nanoseconds(std::llround(*since * 1e9)));
    const bool fresh = new_life_ || clock_.restarted();
    new_life_ = false;
    return after(
        add_row(cells_, time, {.plain_unit = header_->plain_unit(), .new_life = fresh}, number, book), number,
        book);
}

// Without a head: a number alone is what `ps -o rss=` prints; kubectl top --no-headers and docker stats
// --format are told by their units.
std::optional<Error> TableText::bare_row(std::string_view text, const std::optional<FileTime>& time,
                                         std::int64_t number, SeriesBook& book) {
    const auto words = few_words(text);
    std::vector<std::string_view> names;
    std::vector<std::string_view> amounts;
    double plain = -1;
    bool slash = false;
    for (const std::string_view word : words) {
        const auto amount = parse_amount(word);
        slash = slash || word == "/";
        if (is_pod(word) || word == "/" || (amount && amount->percent)) continue;
        if (amount && amount->unit_bytes > 0) {
            amounts.push_back(word);
        } else if (amount && words.size() == 1) {
            plain = amount->number;
        } else if (!amount) {
            names.push_back(word);
        }
    }
    if (plain >= 0) {
        if (plain >= kAmbiguous || std::fmod(plain, 4) != 0) {
            return book.refuse(
                number, "a number without a unit: " + escape(text, 64),
                "put a line above that names the columns, such as time_s,rss_bytes or time_s,rss_kib");
        }
        tool_ = "ps";
        book.remark("numbers without a name are taken as ps prints them: RSS in KiB");
        const Cell cell{&kRss, "RSS", text};
        return after(add_row({&cell, 1}, time, {.plain_unit = 1024}, number, book), number, book);
    }
    const bool pod = std::any_of(words.begin(), words.end(), is_pod);
    if (amounts.empty() || names.empty() || names.size() > kNames.size() ||
        (!pod && !slash && (amounts.size() > 1 || words.size() > 3))) {
        book.not_understood(number);
        return std::nullopt;
    }
    tool_ = pod ? "kubectl top" : "docker stats";
    cells_.clear();
    for (std::size_t i = 0; i < names.size(); ++i) cells_.push_back({&kNames[i], "name", names[i]});
    cells_.push_back({&kRss, "memory", amounts.front()});
    if (slash && amounts.size() > 1) cells_.push_back({&kLimit, "limit", amounts[1]});
    return after(add_row(cells_, time, {}, number, book), number, book);
}

bool TableText::take_status(std::string_view text) {
    for (const StatusLine& known : kStatus) {
        if (!text.starts_with(known.name)) continue;
        const std::string_view value = trim(text.substr(known.name.size()));
        if (status_.empty()) status_time_.reset();
        if (status_.size() < kMostStatusLines) {
            const bool kb = value.ends_with(" kB");
            status_.emplace_back(known.column, std::string(kb ? value.substr(0, value.size() - 3) : value));
        }
        return true;
    }
    // The other lines of the file: a name, a colon, something.
    const auto colon = text.find(':');
    return !status_.empty() && colon != std::string_view::npos && colon > 0 && colon < 32 &&
           text.find_first_of(" \t") > colon && text.find('\t') == colon + 1;
}

std::optional<Error> TableText::end_status(std::int64_t number, SeriesBook& book) {
    if (status_.empty()) return std::nullopt;
    const auto lines = std::move(status_);
    status_.clear();
    std::vector<ColumnKind> kinds;
    kinds.reserve(lines.size());
    for (const auto& line : lines) kinds.push_back(column_kind(line.first));
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < lines.size(); ++i)
        cells.push_back({&kinds[i], lines[i].first, lines[i].second});
    tool_ = "/proc/PID/status";
    return after(add_row(cells, status_time_ ? status_time_ : tick_, {}, number - 1, book), number, book);
}

}  // namespace rampwatch::readers
