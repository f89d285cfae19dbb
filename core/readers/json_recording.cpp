// SPDX-License-Identifier: MIT
#include "core/readers/json_recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/readers/row.h"

namespace rampwatch::readers {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostMembers = 128;     // that are kept of one object
constexpr std::size_t kLongestMember = 1024;  // bytes that are kept of one
constexpr std::size_t kMostPoints = std::size_t{1}
                                    << 22;  // of a series whose times stand apart from its values

std::string bounded(std::string_view text) { return std::string(text.substr(0, kLongestMember)); }

std::string_view member_of(const auto& members, std::string_view name) {
    for (const auto& member : members) {
        if (member.name == name) return member.text;
    }
    return {};
}

bool is_look(Field field) {
    return field == Field::rss || field == Field::usage || field == Field::host_used;
}

}  // namespace

JsonRecording::JsonRecording(std::function<std::string_view()> more,
                             std::function<std::optional<Error>()> failed, std::string name)
    : failed_(std::move(failed)), tokens_(std::move(more)), book_(std::move(name)) {}

Error JsonRecording::wrong(std::string what, std::string hint) const {
    return {Error::Kind::bad_input, std::move(what), fmt::format("{}:{}", book_.file(), tokens_.line()),
            std::move(hint)};
}

Result<bool> JsonRecording::next_into(Look& look) {
    if (error_) return *error_;
    while (!book_.has_some() && !ended_ && !error_) error_ = step();
    if (error_) return *error_;
    return book_.pop(look);
}

std::optional<Error> JsonRecording::step() {
    if (mode_ == Mode::drain) return drain();
    const Token token = tokens_.next();
    if (token == Token::wrong) {
        if (auto error = failed_()) return error;
        return wrong(fmt::format("no JSON at byte {}: {}", tokens_.place(), tokens_.problem()),
                     "damaged, or not downloaded to its end");
    }
    if (token == Token::end) {
        if (auto error = failed_()) return error;
        ended_ = true;
        book_.close_all();
        return book_.check_end();
    }
    return mode_ == Mode::members ? take(token) : value_token(token);
}

std::optional<Error> JsonRecording::take(Token token) {
    switch (token) {
        case Token::name:
            name_ = bounded(tokens_.text());
            return std::nullopt;
        case Token::begin_object:
        case Token::begin_array:
            return begin(token);
        case Token::end_object:
        case Token::end_array:
            return end();
        case Token::string:
        case Token::number:
            return scalar(tokens_.text());
        default:
            return std::nullopt;  // true, false, null: nothing that is asked for
    }
}

std::optional<Error> JsonRecording::begin(Token token) {
    if (!frames_.empty() && frames_.back().is_array) name_.clear();
    if (name_ == "sysstat") sysstat_ = true;
    frames_.push_back({.name = name_, .is_array = token == Token::begin_array});
    if (token == Token::begin_array && frames_.size() > 1) {
        if (name_ == "values") mode_ = Mode::pairs;
        if (name_ == "timestamps") mode_ = Mode::stamps;
        if (name_ == "value") {
            return wrong("the answer to an instant query: one value a series",
                         "ask /api/v1/query_range, with start, end and step");
        }
        if (mode_ == Mode::pairs) begin_series();
    }
    name_.clear();
    return std::nullopt;
}

void JsonRecording::begin_series() {
    frames_[frames_.size() - 2].is_series = true;
    values_.clear();
    pair_.clear();
}

std::optional<Error> JsonRecording::scalar(std::string_view text) {
    if (frames_.empty()) return std::nullopt;
    Frame& frame = frames_.back();
    if (frame.is_array) {
        if (frame.name == "warnings") book_.remark("the server warns: " + escape(text, 200));
        return std::nullopt;
    }
    if (frame.members.size() < kMostMembers) frame.members.push_back({name_, bounded(text)});
    return std::nullopt;
}

std::optional<Error> JsonRecording::end() {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.is_array) return std::nullopt;
    if (frame.name == "metric" && !frames_.empty()) {
        labels_.clear();
        for (const Member& member : frame.members) labels_.push_back({member.name, member.text});
        return std::nullopt;
    }
    if ((frame.name == "timestamp" || frame.name == "metadata") && !frames_.empty()) {
        for (const Member& member : frame.members) {
            const bool pod = frame.name == "metadata" && member.name == "name";
            if (frames_.back().members.size() < kMostMembers)
                frames_.back().members.push_back({pod ? "pod" : member.name, member.text});
        }
        return std::nullopt;
    }
    if (frame.is_series && (!stamps_.empty() || !values_.empty())) {
        mode_ = Mode::drain;
        drained_ = 0;
        return std::nullopt;
    }
    if (frame.is_series) {
        book_.name(key_, labels_);
        book_.close(key_);
        series_open_ = false;
        labels_.clear();
        return std::nullopt;
    }
    if (frames_.empty()) return end_of_document(frame);
    return row(frame);
}

std::optional<Error> JsonRecording::end_of_document(const Frame& frame) {
    if (member_of(frame.members, "status") == "error") {
        return wrong("the server's answer is an error: " + escape(member_of(frame.members, "error"), 200),
                     "ask again, with what it wants");
    }
    return row(frame);
}

// What the object itself has, then what those around it have that it has not, nearest first.
void JsonRecording::collect(std::vector<const Member*>& members, const Frame& frame) const {
    std::vector<std::string> stems;
    const auto add = [&](const Frame& from, bool outer) {
        for (const Member& member : from.members) {
            const ColumnKind kind = column_kind(member.name);
            const bool wanted = !outer || kind.field == Field::pid || kind.field == Field::label ||
                                kind.field == Field::command || kind.field == Field::time ||
                                kind.field == Field::date || kind.stem == "utc";
            if (!wanted || std::find(stems.begin(), stems.end(), kind.stem) != stems.end()) continue;
            stems.push_back(kind.stem);
            members.push_back(&member);
        }
    };
    add(frame, false);
    for (auto outer = frames_.rbegin(); outer != frames_.rend(); ++outer) add(*outer, true);
}

Result<std::optional<FileTime>> JsonRecording::time_of(const std::vector<const Member*>& members) {
    std::string_view time, date;
    double unit = 0;
    bool utc = false;
    for (const Member* member : members) {
        const ColumnKind kind = column_kind(member->name);
        if (kind.field == Field::time && time.empty()) time = member->text, unit = kind.unit;
        if (kind.field == Field::date && date.empty()) date = member->text;
        if (kind.stem == "utc") utc = member->text == "1";
    }
    if (time.empty() && date.empty()) return std::optional<FileTime>();
    std::string text(time);
    if (whole_time(text) && whole_time(text)->kind == TextTime::Kind::clock && !date.empty()) {
        text = std::string(date) + " " + text + (utc ? "Z" : "");
    } else if (time.empty()) {
        text = date;
    }
    if (const auto written = whole_time(text)) return std::optional(clock_.resolve(*written));
    const auto seconds = parse_number(text);
    const double s = seconds ? *seconds * (unit > 0 ? unit : 1) : -1;
    if (!(s >= 0 && s <= 9e9)) {
        return wrong("not a time: " + escape(text, 64), "a number since the Unix epoch, or ISO 8601");
    }
    return std::optional(FileTime{nanoseconds(std::llround(s * 1e9)), nanoseconds(0)});
}

std::optional<Error> JsonRecording::row(const Frame& frame) {
    std::vector<const Member*> members;
    bool look = false;
    for (const Member& member : frame.members) look |= is_look(column_kind(member.name).field);
    if (!look) return std::nullopt;
    collect(members, frame);
    const auto time = time_of(members);
    if (!time) return time.error();
    std::vector<ColumnKind> kinds;
    kinds.reserve(members.size());
    for (const Member* member : members) kinds.push_back(column_kind(member->name));
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < members.size(); ++i)
        cells.push_back({&kinds[i], members[i]->name, members[i]->text});
    if (sysstat_) format_ = "JSON of sysstat";
    const auto result = add_row(cells, *time, {.plain_unit = sysstat_ ? 1024.0 : 0}, tokens_.line(), book_);
    if (!result) return result.error();
    if (*result == RowResult::not_understood) book_.not_understood(tokens_.line());
    return std::nullopt;
}

std::string JsonRecording::shown_labels() const { return title({labels_, false}); }

// Within the arrays of a series: pairs of a time and a value, or numbers alone.
std::optional<Error> JsonRecording::value_token(Token token) {
    const bool number = token == Token::number || token == Token::string || token == Token::null;
    const auto read = [&] {
        const auto value = token == Token::null ? std::nullopt : parse_number(tokens_.text());
        return value ? *value : std::nan("");
    };
    if (token == Token::begin_array && mode_ == Mode::pairs && frames_.back().name == "values") {
        frames_.push_back({.name = "pair", .is_array = true});
        pair_.clear();
        return std::nullopt;
    }
    if (number && frames_.back().name == "pair") {
        if (pair_.size() < 3) pair_.push_back(read());
        return std::nullopt;
    }
    if (token == Token::end_array && frames_.back().name == "pair") {
        frames_.pop_back();
        if (pair_.size() == 2) return point(pair_[0], pair_[1]);
        return wrong("not a pair of a time and a value", "this is not what query_range answers");
    }
    if (number) {
        auto& into = mode_ == Mode::stamps ? stamps_ : values_;
        if (into.size() >= kMostPoints)
            return wrong(fmt::format("more than {} values in one series", kMostPoints), {});
        into.push_back(read());
        return std::nullopt;
    }
    if (token != Token::end_array) return wrong("something else among the values of a series", {});
    frames_.pop_back();
    mode_ = Mode::members;
    return std::nullopt;
}

std::optional<Error> JsonRecording::point(double time_s, double value) {
    format_ = "Prometheus query_range";
    if (!series_open_) {
        key_ = fmt::format("series {}", ++series_);
        kind_ = {};
        for (const Label& label : labels_) {
            if (label.name == "__name__") kind_ = kind_of(label.value);
        }
        if (!kind_.is_judged)
            book_.remark("not judged, since it is neither memory nor a count: " + shown_labels());
        series_open_ = true;
    }
    if (!kind_.is_judged) return std::nullopt;
    if (!(time_s >= 0 && time_s < 9e9)) {
        return wrong(fmt::format("not a time in seconds since the Unix epoch: {}", time_s),
                     "of " + shown_labels());
    }
    if (!std::isfinite(value)) {
        ++book_.notes.unknown_values;
        return std::nullopt;
    }
    auto look = look_of(kind_, nanoseconds(std::llround(time_s * 1e3)) * 1'000'000, value);
    if (!look) return wrong(fmt::format("no process has such a number: {}", value), "of " + shown_labels());
    look->key = key_;
    look->labels = labels_;
    const std::string column = "the value of " + (labels_.empty() ? "the series" : shown_labels());
    look->column = column;
    return book_.add(std::move(*look), tokens_.line());
}

// An export line of VictoriaMetrics: values here, times in milliseconds there.
std::optional<Error> JsonRecording::drain() {
    const std::size_t points = std::min(values_.size(), stamps_.size());
    if (values_.size() != stamps_.size()) return wrong("not as many timestamps as values in a series", {});
    if (drained_ < points) {
        const std::size_t at = drained_++;
        return point(stamps_[at] / 1e3, values_[at]);
    }
    format_ = "VictoriaMetrics export";
    values_.clear();
    stamps_.clear();
    mode_ = Mode::members;
    if (series_open_) {
        book_.name(key_, labels_);
        book_.close(key_);
    }
    series_open_ = false;
    labels_.clear();
    return std::nullopt;
}

}  // namespace rampwatch::readers
