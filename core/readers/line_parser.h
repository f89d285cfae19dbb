// SPDX-License-Identifier: MIT
// What reads one format line by line; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "core/readers/series_book.h"

namespace rampwatch::readers {

class LineParser {
  public:
    virtual ~LineParser() = default;

    // `number` from 1. The text is at most kLongestLine bytes of anything.
    virtual std::optional<Error> line(std::string_view text, std::int64_t number, SeriesBook& book) = 0;

    // After the last line, whose number it is.
    virtual std::optional<Error> finish(std::int64_t, SeriesBook&) { return std::nullopt; }

    // A stream without one look is no mistake.
    [[nodiscard]] virtual bool may_be_empty() const { return false; }

    [[nodiscard]] virtual std::string_view format() const = 0;
};

}  // namespace rampwatch::readers
