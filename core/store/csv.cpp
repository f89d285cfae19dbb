// SPDX-License-Identifier: MIT
#include "core/store/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "core/base/text.h"
#include "core/model/bucket.h"
#include "core/model/words.h"
#include "core/store/csv_field.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostColumns = 256;
constexpr std::int64_t kUnixTimes = 1'000'000'000'000'000'000;  // ns; from here on no uptime

constexpr std::int64_t kHour = 3'600'000'000'000;  // ns

constexpr std::string_view kHeaderHint = "the first line names the columns, such as time_s,rss_bytes,threads";

// As monitoring, JSON and spreadsheets write what they do not know.
bool is_unknown(std::string_view word) {
    constexpr std::array<std::string_view, 7> kWords = {"NaN", "nan", "null", "NULL", "None", "N/A", "-"};
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::string in_seconds(std::int64_t ns) {
    std::string text = fmt::format("{}.{:09}", ns / 1'000'000'000, ns % 1'000'000'000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace

Result<std::unique_ptr<CsvSource>> open_csv(const std::string& path) {
    auto lines = open_lines(path);
    if (!lines) return lines.error();
    return CsvSource::open(std::move(*lines), path == "-" ? "standard input" : escape(path));
}

Result<std::unique_ptr<CsvSource>> CsvSource::open(Fd fd, std::string name) {
    return open(LineReader(std::move(fd)), std::move(name));
}

Result<std::unique_ptr<CsvSource>> CsvSource::open(LineReader lines, std::string name) {
    std::unique_ptr<CsvSource> source(new CsvSource(std::move(lines), std::move(name)));
    if (auto error = source->read_header()) return std::move(*error);
    return source;
}

Error CsvSource::refuse(std::size_t column, std::string what, std::string hint) const {
    return {Error::Kind::bad_input, std::move(what), fmt::format("{}:{}:{}", name_, line_number_, column),
            std::move(hint)};
}

Error CsvSource::trouble(LineReader::Outcome got) const {
    if (got == LineReader::Outcome::too_long) {
        return refuse(kLongestLine + 1, fmt::format("a line of more than {} bytes", kLongestLine),
                      "not a recording, or a damaged one");
    }
    return {Error::Kind::io, fmt::format("cannot read: {}", std::strerror(lines_.error_number())), name_, {}};
}

std::optional<Error> CsvSource::read_header() {
    std::string_view header;
    const LineReader::Outcome got = lines_.next(header);
    line_number_ = 1;
    if (got == LineReader::Outcome::end) {
        return Error{Error::Kind::bad_input, "empty: no header and no samples", name_,
                     std::string(kHeaderHint)};
    }
    if (got == LineReader::Outcome::too_long || got == LineReader::Outcome::failed) return trouble(got);
    if (header.starts_with("\xef\xbb\xbf")) header.remove_prefix(3);
    header_ = header;
    if (got == LineReader::Outcome::half) {
        return refuse(header.size() + 1, "the header does not end: no samples", std::string(kHeaderHint));
    }
    return read_names(header);
}

std::optional<Error> CsvSource::read_names(std::string_view header) {
    Columns seen;
    const auto names = split(header, ',');
    if (names.size() > kMostColumns) return refuse(1, fmt::format("more than {} columns", kMostColumns), {});
    if (!names.empty() && parse_number(bare(names.front()))) {
        return refuse(1, fmt::format("no header: {}", escape(header, 64)), std::string(kHeaderHint));
    }
    for (const std::string_view field : names) {
        const std::string_view name = bare(field);
        const auto column = column_of(name);
        columns_.push_back(column ? static_cast<std::int8_t>(index(*column)) : std::int8_t{-1});
        if (!column) {
            notes_.ignored_columns.emplace_back(name);
            continue;
        }
        if (seen[index(*column)]) {
            return refuse(static_cast<std::size_t>(field.data() - header.data()) + 1,
                          fmt::format("column {} is there twice", name), {});
        }
        seen[index(*column)] = true;
    }
    for (const Column needed : {Column::time, Column::rss}) {
        if (seen[index(needed)]) continue;
        const bool other =
            header.find(',') == std::string_view::npos && header.find_first_of(";\t") < header.size();
        return refuse(1,
                      fmt::format("no column {} in the header: {}", kColumns[index(needed)].name.view(),
                                  escape(header, 64)),
                      other ? "columns are separated by commas" : std::string(kHeaderHint));
    }
    return std::nullopt;
}

Result<std::optional<Record>> CsvSource::next() {
    Record record;
    const auto read = next_into(record);
    if (!read) return read.error();
    return *read ? std::optional(record) : std::nullopt;
}

Result<bool> CsvSource::next_into(Record& record) {
    if (error_) return *error_;
    std::string_view line;
    while (!ended_) {
        const LineReader::Outcome got = lines_.next(line);
        ++line_number_;
        if (got == LineReader::Outcome::line) {
            if (line.empty() || line == header_) continue;
            error_ = parse(line);
            if (!error_ && nan_rss_) {
                ++notes_.unknown_looks;
                continue;
            }
            if (!error_) error_ = check_order(line);
            if (error_) return *error_;
            record.life = static_cast<LifeNumber>(life_ + life_offset_);
            if (!std::holds_alternative<Sample>(record.look)) record.look = Sample{};
            fill(std::get<Sample>(record.look));
            if (is_stretch()) record.look = bucket();
            return true;
        }
        if (got == LineReader::Outcome::half) ++notes_.half_lines;
        if (got == LineReader::Outcome::half || got == LineReader::Outcome::end) ended_ = true;
        if (!ended_) {
            error_ = trouble(got);
            return *error_;
        }
    }
    return false;
}

// One field from `at` on; `at` moves to its end. Digits end at their comma by themselves, so that nothing
// looks for it twice.
std::optional<Error> CsvSource::parse_one(const char*& at, std::string_view line, std::int8_t which) {
    const char* const end = line.data() + line.size();
    if (which >= 0) {
        const auto slot = static_cast<std::size_t>(which);
        if (const char* stop = parse_plain(at, end, kColumns[slot].unit, values_[slot])) {
            present_[slot] = true;
            at = stop;
            return std::nullopt;
        }
    }
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    const std::string_view field = rest.substr(0, rest.find(','));
    at += field.size();
    if (field.empty() || (which < 0 && field.find('\0') == std::string_view::npos)) return std::nullopt;
    return parse_slowly(field, line, which >= 0 ? static_cast<Column>(which) : Column::time);
}

std::optional<Error> CsvSource::parse(std::string_view line) {
    const char* at = line.data();
    const char* const end = at + line.size();
    present_.reset();
    nan_rss_ = false;
    limit_kind_ = LimitKind::given;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0 && at == end) {
            return refuse(line.size() + 1,
                          fmt::format("{} fields where the header has {}", i, columns_.size()),
                          "leave a field empty where a value is unknown, but keep its comma");
        }
        if (i > 0) ++at;
        if (auto error = parse_one(at, line, columns_[i])) return error;
    }
    if (at == end) return std::nullopt;
    const auto fields = static_cast<std::size_t>(std::count(line.begin(), line.end(), ',')) + 1;
    return refuse(static_cast<std::size_t>(at - line.data()) + 1,
                  fmt::format("{} fields where the header has {}", fields, columns_.size()), {});
}

// Off the fast path: other spellings, words, and what is wrong with the rest.
std::optional<Error> CsvSource::parse_slowly(std::string_view field, std::string_view line, Column column) {
    const auto place = static_cast<std::size_t>(field.data() - line.data()) + 1;
    if (field.find('\0') != std::string_view::npos) {
        return refuse(place + field.find('\0'), "a zero byte",
                      fmt::format("damaged, perhaps by a crash of the host; the lines before {} may be sound",
                                  line_number_));
    }
    const std::string_view word = bare(field);
    if (word.empty()) return std::nullopt;
    if (column != Column::time && is_unknown(word)) {
        nan_rss_ |= column == Column::rss;
        return std::nullopt;
    }
    if (kColumns[index(column)].unit == Unit::word) {
        const auto kind = limit_kind_of(word);
        if (!kind) {
            return refuse(place, fmt::format("not a kind of limit: {}", escape(word, 64)),
                          "given, cgroup_max, cgroup_high, rlimit_as or physical");
        }
        limit_kind_ = *kind;
        return std::nullopt;
    }
    if (kColumns[index(column)].unit == Unit::real) {
        const auto real = parse_number(word);
        if (!real || *real < 0 || *real > static_cast<double>(largest(Unit::bytes)))
            return refuse(place, "not such a number: " + escape(word, 64), "from 0 to 2^60");
        values_[index(column)] = std::bit_cast<std::int64_t>(*real);
        present_[index(column)] = true;
        return std::nullopt;
    }
    auto number = parse_field(field, column);
    if (!number) return refuse(place, number.error().what, number.error().hint);
    values_[index(column)] = *number;
    present_[index(column)] = true;
    return std::nullopt;
}

std::size_t CsvSource::column_at(std::string_view line, Column column) const {
    std::size_t at = 0;
    for (const std::int8_t here : columns_) {
        if (here == static_cast<std::int8_t>(index(column))) break;
        at = line.find(',', at) + 1;
    }
    return at + 1;
}

// What a line must have, and what may not go back from one line to the next.
std::optional<Error> CsvSource::check_order(std::string_view line) {
    for (const Column needed : {Column::time, Column::rss}) {
        if (has(needed)) continue;
        return refuse(column_at(line, needed),
                      fmt::format("{} is empty", kColumns[index(needed)].name.view()),
                      "every sample needs a time and an RSS");
    }
    const std::int64_t time = values_[index(Column::time)];
    if (time < last_time_) {
        const bool hour = last_time_ - time <= kHour;
        return refuse(
            column_at(line, Column::time),
            fmt::format("time goes back: {} after {}", in_seconds(time), in_seconds(last_time_)),
            hour && last_time_ - time > kHour / 2
                ? "local time, whose hour is there twice when summer time ends? record UTC: date +%s"
                : "samples are in the order of their times, through restarts too");
    }
    last_time_ = time;
    const std::int64_t life =
        has(Column::life) ? values_[index(Column::life)] : std::max<std::int64_t>(life_, 1);
    if (life < life_) {
        return refuse(column_at(line, Column::life), fmt::format("life goes back: {} after {}", life, life_),
                      "life is a number that rises at each restart");
    }
    if (life == 0) life_offset_ = 1;
    life_ = life;
    return std::nullopt;
}

std::optional<std::int64_t> CsvSource::value(Column column) const {
    return has(column) ? std::optional(values_[index(column)]) : std::nullopt;
}

bool CsvSource::is_stretch() const {
    return value(Column::span).value_or(0) > 0 || value(Column::count).value_or(1) > 1;
}

std::optional<Stat> CsvSource::stat(std::size_t which, std::optional<std::int64_t> last) const {
    const auto least = value(stat_column(which, Figure::min));
    if (!last) last = least;
    if (!last) return std::nullopt;
    Stat stat{least.value_or(*last), value(stat_column(which, Figure::max)).value_or(*last), *last,
              static_cast<double>(*last)};
    if (const auto mean = value(stat_column(which, Figure::mean))) stat.mean = std::bit_cast<double>(*mean);
    return in_order(stat);
}

Bucket CsvSource::bucket() const {
    Sample last;
    fill(last);
    Bucket bucket = to_bucket(last);
    bucket.span = std::min(nanoseconds(value(Column::span).value_or(0)), last.mono);
    bucket.count = std::max<std::int64_t>(value(Column::count).value_or(1), 1);
    bucket.rss = stat(0, last.rss_bytes).value_or(bucket.rss);
    for (const Series series : kAllSeries) {
        auto known = value_of(last, series);
        if (series == Series::memory) known = has(Column::memory_last) ? value(Column::memory_last) : known;
        bucket.series[index(series)] = stat(1 + index(series), known);
    }
    return bucket;
}

void CsvSource::fill(Sample& sample) const {
    const auto duration = [&](Column column) {
        return has(column) ? std::optional(nanoseconds(values_[index(column)])) : std::nullopt;
    };
    const std::int64_t time = values_[index(Column::time)];
    sample.mono = nanoseconds(time);
    sample.wall = duration(Column::wall).value_or(nanoseconds(time >= kUnixTimes ? time : 0));
    sample.rss_bytes = values_[index(Column::rss)];
    for (std::size_t i = 0; i < kSampleFieldCount; ++i)
        sample.*kSampleFields[i].member = value(field_column(i));
    sample.cpu = duration(Column::cpu);
    sample.age = duration(Column::age);
    const std::int64_t limit = value(Column::limit).value_or(0);
    sample.limit.reset();
    if (limit == 0) return;
    const std::int64_t own = sample.rss_bytes + sample.swap_bytes.value_or(0);
    sample.limit = Limit{limit_kind_, limit, value(Column::limit_used).value_or(own)};
}

}  // namespace rampwatch::store
