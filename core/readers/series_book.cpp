// SPDX-License-Identifier: MIT
#include "core/readers/series_book.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/units.h"

namespace rampwatch::readers {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds kSmallStep = 5min;  // a clock that is set, lines of several writers
constexpr std::int64_t kPage = 4096;      // the smallest that Linux has: a resident set is whole pages
constexpr std::int64_t kSmallProcess = 1 << 20;
constexpr std::int64_t kLargestMemory = std::int64_t{1} << 46;  // 64 TiB
constexpr std::size_t kMostRemarks = 16;

std::string_view value_of(const SeriesInfo& series, std::string_view name) {
    for (const Label& label : series.labels) {
        if (label.name == name) return label.value;
    }
    return {};
}

}  // namespace

// A mean over many looks need not be whole pages, but is not that small either.
std::optional<Error> implausible_bytes(std::int64_t bytes, std::string_view column) {
    if (bytes > 0 && bytes < kSmallProcess && bytes % kPage != 0) {
        return Error{Error::Kind::bad_input,
                     fmt::format("{} bytes would be a process of {}: no process is that small", bytes,
                                 format_size(static_cast<double>(bytes))),
                     {},
                     fmt::format("{} looks like KiB, as ps and /proc have it: name the column rss_kib",
                                 escape(column, 160))};
    }
    if (bytes > kLargestMemory || bytes < 0) {
        return Error{
            Error::Kind::bad_input,
            fmt::format("{} of memory: no process has that", format_size(static_cast<double>(bytes))),
            {},
            fmt::format("is {} in a smaller unit than its name says? rss_bytes is in bytes, rss_kib in KiB",
                        escape(column, 160))};
    }
    return std::nullopt;
}

std::string title(const SeriesInfo& series) {
    if (series.host && series.labels.empty()) return "the host";
    const std::string_view pid = value_of(series, "pid");
    if (!pid.empty()) {
        const std::string_view command = value_of(series, "command");
        std::string text = "PID " + escape(pid, 20);
        if (!command.empty()) text += fmt::format(" ({})", escape(command, 48));
        if (const auto host = value_of(series, "host"); !host.empty()) text += " on " + escape(host, 64);
        return text;
    }
    if (series.labels.size() == 1) {
        const Label& only = series.labels.front();
        if (only.name == "series" || only.name == "name") return escape(only.value, 80);
        return escape(only.name, 40) + " " + escape(only.value, 80);
    }
    if (series.labels.empty()) return {};
    std::string text = escape(value_of(series, "__name__"), 80);
    std::string_view before = "{";
    for (const Label& label : series.labels) {
        if (label.name == "__name__") continue;
        text += before;
        before = ", ";
        if (text.size() > 160) return text + "...}";
        text += escape(label.name, 40) + "=" + escape(label.value, 80);
    }
    return before == "{" ? text : text + "}";
}

std::string SeriesBook::place(std::int64_t line) const {
    return line > 0 ? fmt::format("{}:{}", name_, line) : name_;
}

Error SeriesBook::refuse(std::int64_t line, std::string what, std::string hint) const {
    return {Error::Kind::bad_input, std::move(what), place(line), std::move(hint)};
}

void SeriesBook::remark(std::string sentence) {
    if (notes.remarks.size() >= kMostRemarks) return;
    if (std::find(notes.remarks.begin(), notes.remarks.end(), sentence) == notes.remarks.end()) {
        notes.remarks.push_back(std::move(sentence));
    }
}

void SeriesBook::not_understood(std::int64_t line) {
    if (notes.lines_not_understood++ == 0) notes.first_not_understood = line;
}

SeriesBook::Open& SeriesBook::open(const NewLook& look) {
    key_.assign(look.key);
    const auto found = open_.find(key_);
    if (found != open_.end()) {
        seen_.splice(seen_.end(), seen_, found->second.seen);
        return found->second;
    }
    if (open_.size() >= kMostOpen) close(open_.find(seen_.front()));
    Open fresh{.number = next_number_++,
               .info = {.labels = look.labels, .host = look.host},
               .last = nanoseconds(-1)};
    fresh.identity = look.identity;
    if (fresh.info.labels.size() > kMostLabels) fresh.info.labels.resize(kMostLabels);
    for (Label& label : fresh.info.labels) {
        label.name.resize(std::min(label.name.size(), kLongestLabel));
        label.value.resize(std::min(label.value.size(), kLongestLabel));
    }
    fresh.seen = seen_.insert(seen_.end(), key_);
    return open_.emplace(key_, std::move(fresh)).first->second;
}

bool SeriesBook::begins_life(const Open& open, const NewLook& look) const {
    if (open.last < 0ns) return false;
    if (look.new_life || (!look.identity.empty() && look.identity != open.identity)) return true;
    return look.sample.age && open.age && *look.sample.age + 2s < *open.age;
}

std::optional<Error> SeriesBook::add(NewLook look, std::int64_t line) {
    const nanoseconds mono = look.counted ? look.counted->mono : look.sample.mono;
    if (!look.counted) {
        const std::int64_t bytes = look.sample.rss_bytes;
        if (look.assumed_bytes || bytes > kLargestMemory) {
            if (auto error = implausible_bytes(bytes, look.column)) return error->where = place(line), error;
        }
        if (look.sample.rss_bytes == 0) return std::nullopt;  // kernel threads, and processes that have ended
    }
    Open& series = open(look);
    if (mono < series.last) {
        if (series.last - mono > kSmallStep) {
            return refuse(
                line, fmt::format("time goes back by {}", format_duration(series.last - mono)),
                "looks are in the order of their times, each process's own; local times without a zone "
                "repeat an hour when summer time ends");
        }
        ++notes.out_of_order;
        return std::nullopt;
    }
    ++looks_;
    if (mono == series.last) {
        ++notes.same_time;
        return std::nullopt;
    }
    if (begins_life(series, look)) ++series.life;
    if (!look.identity.empty()) series.identity = look.identity;
    series.last = mono;
    series.age = look.sample.age;
    Look& waiting = waiting_.emplace_back();
    waiting.series = series.number;
    waiting.record.life = series.life;
    if (look.counted) {
        waiting.record.look = *look.counted;
    } else {
        waiting.record.look = look.sample;
    }
    return std::nullopt;
}

void SeriesBook::name(std::string_view key, std::vector<Label> labels) {
    const auto found = open_.find(std::string(key));
    if (found != open_.end()) found->second.info.labels = std::move(labels);
}

void SeriesBook::close(std::unordered_map<std::string, Open>::iterator found) {
    if (found == open_.end()) return;
    Look& last = waiting_.emplace_back();
    last.series = found->second.number;
    last.last = true;
    last.info = std::move(found->second.info);
    seen_.erase(found->second.seen);
    open_.erase(found);
}

void SeriesBook::close(std::string_view key) { close(open_.find(std::string(key))); }

void SeriesBook::close_all() {
    std::vector<std::pair<std::uint32_t, std::string>> order;  // as they came: hash tables have none
    order.reserve(open_.size());
    for (const auto& [key, series] : open_) order.emplace_back(series.number, key);
    std::sort(order.begin(), order.end());
    for (const auto& [number, key] : order) close(open_.find(key));
}

std::optional<Error> SeriesBook::check_end() const {
    if (looks_ == 0 && notes.unknown_values > 0)
        return refuse(0, "no samples: every value in it is unknown", {});
    if (looks_ == 0) {
        return refuse(notes.first_not_understood,
                      notes.first_not_understood > 0
                          ? "no samples: this line is the first that was not understood"
                          : "no samples: nothing in it is a memory of a process",
                      "rampwatch-formats(5) says what is read; CSV with time_s,rss_bytes always is");
    }
    if (notes.same_time > 10 && notes.same_time > looks_ / 2) {
        return refuse(0,
                      fmt::format("the time stands still: {} of {} looks are at the time of the one before",
                                  notes.same_time, looks_),
                      "print the date before each look, not once");
    }
    return std::nullopt;
}

bool SeriesBook::pop(Look& look) {
    if (waiting_.empty()) return false;
    look = std::move(waiting_.front());
    waiting_.pop_front();
    return true;
}

}  // namespace rampwatch::readers
