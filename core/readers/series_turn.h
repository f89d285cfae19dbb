// SPDX-License-Identifier: MIT
// Whose turn it is in a stream in which all rows of a series stand together: one series is open at a time,
// and one that comes back after others is noticed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/base/error.h"
#include "core/model/labels.h"
#include "core/readers/series_book.h"

namespace rampwatch::readers {

// So many series are remembered at least, and twice as many at most: some 20 MiB.
inline constexpr std::size_t kMostTurns = std::size_t{1} << 18;

class SeriesTurn {
  public:
    explicit SeriesTurn(std::vector<std::string> names) : names_(std::move(names)) {}

    // The series of the next row: `values`, one for each of the names. Where it is another one than that of
    // the row before, that one is closed in the book. Refuses one whose turn is over.
    std::optional<Error> take(std::span<const std::string_view> values, std::int64_t line, SeriesBook& book);

    // After the last row.
    void finish(SeriesBook& book);

    [[nodiscard]] std::string_view key() const { return key_; }
    [[nodiscard]] bool began() const { return began_; }  // whether the last row was the first of its series
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  private:
    void close(SeriesBook& book) const;
    [[nodiscard]] bool is_over(const std::string& key) const;

    std::vector<std::string> names_;
    std::string key_{}, next_{};
    Labels labels_{};
    bool open_ = false;
    bool began_ = false;
    std::unordered_set<std::uint64_t> over_{}, over_before_{};
};

}  // namespace rampwatch::readers
