// SPDX-License-Identifier: MIT
#include "core/readers/series_turn.h"

#include <functional>

#include "core/base/text.h"

namespace rampwatch::readers {
namespace {

constexpr char kBetween = '\x1f';

std::uint64_t hash_of(const std::string& key) { return std::hash<std::string>{}(key); }

}  // namespace

bool SeriesTurn::is_over(const std::string& key) const {
    const std::uint64_t hash = hash_of(key);
    return over_.contains(hash) || over_before_.contains(hash);
}

void SeriesTurn::close(SeriesBook& book) const {
    book.name(key_, labels_);
    book.close(key_);
}

std::optional<Error> SeriesTurn::take(std::span<const std::string_view> values, std::int64_t line,
                                      SeriesBook& book) {
    next_.clear();
    for (const std::string_view value : values) {
        next_ += value;
        next_ += kBetween;
    }
    began_ = !open_ || next_ != key_;
    if (!began_) return std::nullopt;
    if (open_) {
        close(book);
        if (over_.size() >= kMostTurns) {
            over_before_.swap(over_);
            over_.clear();
        }
        over_.insert(hash_of(key_));
    }
    key_.swap(next_);
    open_ = true;
    labels_.clear();
    for (std::size_t i = 0; i < names_.size() && i < values.size() && i < kMostLabels; ++i)
        labels_.push_back(
            {names_[i].substr(0, kLongestLabel), std::string(values[i].substr(0, kLongestLabel))});
    if (!is_over(key_)) return std::nullopt;
    return book.refuse(line, title({labels_, false}) + " was there before, and others since",
                       "sort by series, then by time, as LC_ALL=C sort -t, -k1,1 -k2,2n does");
}

void SeriesTurn::finish(SeriesBook& book) {
    if (open_) close(book);
    open_ = false;
}

}  // namespace rampwatch::readers
