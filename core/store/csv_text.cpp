// SPDX-License-Identifier: MIT
#include "core/store/csv_text.h"

#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <optional>
#include <variant>

#include "core/model/bucket.h"
#include "core/model/words.h"
#include "core/store/csv_columns.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;

// "12.000000345" -> without the zeros that say nothing.
void append_seconds(std::string& line, nanoseconds time) {
    const auto ns = time.count();
    fmt::format_to(std::back_inserter(line), "{}.{:09}", ns / 1'000'000'000, ns % 1'000'000'000);
    while (line.back() == '0') line.pop_back();
    if (line.back() == '.') line.pop_back();
}

void append_time(std::string& line, const std::optional<nanoseconds>& time) {
    line += ',';
    if (time) append_seconds(line, *time);
}

void append_number(std::string& line, const std::optional<std::int64_t>& number) {
    line += ',';
    if (number) fmt::format_to(std::back_inserter(line), "{}", *number);
}

void append_stat(std::string& line, const std::optional<Stat>& stat) {
    if (!stat) {
        line += ",,,";
        return;
    }
    fmt::format_to(std::back_inserter(line), ",{},{},{}", stat->min, stat->mean, stat->max);
}

}  // namespace

std::string CsvText::header() const {
    std::string line;
    for (std::size_t i = 0; i < (with_stretches_ ? kColumnCount : kSampleColumns); ++i) {
        line += line.empty() ? "" : ",";
        line += kColumns[i].name.view();
    }
    return line + '\n';
}

void CsvText::append(const Sample& sample, LifeNumber life) {
    append_seconds(line_, sample.mono);
    append_number(line_, sample.rss_bytes);
    for (const SampleField& field : kSampleFields) append_number(line_, sample.*field.member);
    append_number(line_, life);
    append_number(line_, sample.limit ? std::optional(sample.limit->limit_bytes) : std::nullopt);
    append_number(line_, sample.limit ? std::optional(sample.limit->used_bytes) : std::nullopt);
    line_ += ',';
    if (sample.limit) line_ += word(sample.limit->kind);
    append_time(line_, sample.cpu);
    append_time(line_, sample.age);
    append_time(line_, sample.wall.count() != 0 ? std::optional(sample.wall) : std::nullopt);
}

void CsvText::append(const Bucket& bucket) {
    const auto& memory = bucket.series[index(Series::memory)];
    append_time(line_, bucket.span);
    append_number(line_, bucket.count);
    append_number(line_, memory ? std::optional(memory->last) : std::nullopt);
    append_stat(line_, bucket.rss);
    for (const auto& stat : bucket.series) append_stat(line_, stat);
}

const std::string& CsvText::line(const Sample& sample, LifeNumber life) {
    line_.clear();
    append(sample, life);
    if (with_stretches_) line_.append(kColumnCount - kSampleColumns, ',');
    line_ += '\n';
    return line_;
}

const std::string& CsvText::line(const Record& record) {
    if (const auto* sample = std::get_if<Sample>(&record.look)) return line(*sample, record.life);
    const auto& bucket = std::get<Bucket>(record.look);
    Sample last = last_of(bucket);
    last.anon_bytes.reset();  // what is known of memory stands in columns of its own
    line_.clear();
    append(last, record.life);
    if (with_stretches_) append(bucket);
    line_ += '\n';
    return line_;
}

}  // namespace rampwatch::store
