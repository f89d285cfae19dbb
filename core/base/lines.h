// SPDX-License-Identifier: MIT
// Lines out of a descriptor: one buffer, no copy, bounded length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd.h"

namespace rampwatch {

inline constexpr std::size_t kLongestLine = 65536;  // bytes, without the line feed
inline constexpr std::size_t kMostAhead = 65536;

class LineReader {
  public:
    enum class Outcome : std::uint8_t {
        line,      // ended by a line feed, which is not part of it; nor is a \r before it
        half,      // the file ended before the line did: whoever writes it may not be done
        end,       // nothing is left
        too_long,  // the line is longer than kLongestLine; no further call makes sense
        failed,    // read(2) failed; `error_number()` says why
    };

    explicit LineReader(Fd fd);

    // `line` is valid until the next call. Blocks while a pipe has nothing to give.
    Outcome next(std::string_view& line);

    // The next bytes without taking them, to tell what they are: `most` of them, less at the end of the file
    // or after a failed read. At most kMostAhead. Valid until the next call.
    std::string_view ahead(std::size_t most);

    // All that is in hand, or what one read brings, for what has no lines; empty at the end and after a
    // failed read. Valid until the next call.
    std::string_view some();

    [[nodiscard]] int error_number() const { return error_number_; }

  private:
    bool fill();  // false at the end of the file, and when the read failed

    Fd fd_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;    // of the line in hand
    std::size_t scanned_ = 0;  // no line feed before here
    std::size_t end_ = 0;
    int error_number_ = 0;
};

// "-" is standard input. Errors name the path as it was given, escaped.
Result<LineReader> open_lines(const std::string& path);

}  // namespace rampwatch
