// SPDX-License-Identifier: MIT
#include "core/readers/line_recording.h"

#include <fmt/format.h>

#include <cstring>

namespace rampwatch::readers {

Result<bool> LineRecording::next_into(Look& look) {
    while (!book_.has_some() && !ended_ && !error_) error_ = step();
    if (!book_.has_some() && error_) return *error_;  // after what stood before it
    return book_.pop(look);
}

std::optional<Error> LineRecording::step() {
    std::string_view line;
    switch (lines_.next(line)) {
        case LineReader::Outcome::line:
            return parser_->line(line, ++number_, book_);
        case LineReader::Outcome::half:
            // Its last number may be half a number too.
            ++book_.notes.half_lines;
            [[fallthrough]];
        case LineReader::Outcome::end: {
            ended_ = true;
            if (auto error = parser_->finish(number_, book_)) return error;
            book_.close_all();
            return parser_->may_be_empty() && book_.looks() == 0 ? std::nullopt : book_.check_end();
        }
        case LineReader::Outcome::too_long:
            return book_.refuse(number_ + 1, fmt::format("a line of more than {} bytes", kLongestLine),
                                "not a recording, or a damaged one");
        case LineReader::Outcome::failed:
            break;
    }
    return Error{Error::Kind::io,
                 fmt::format("cannot read: {}", std::strerror(lines_.error_number())),
                 book_.file(),
                 {}};
}

}  // namespace rampwatch::readers
