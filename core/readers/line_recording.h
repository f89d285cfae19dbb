// SPDX-License-Identifier: MIT
// A recording that is read line by line by one parser.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/lines.h"
#include "core/readers/line_parser.h"

namespace rampwatch::readers {

class LineRecording final : public Recording {
  public:
    LineRecording(LineReader lines, std::unique_ptr<LineParser> parser, std::string name)
        : lines_(std::move(lines)), parser_(std::move(parser)), book_(std::move(name)) {}

    Result<bool> next_into(Look& look) override;
    [[nodiscard]] const RecordingNotes& notes() const override { return book_.notes; }
    [[nodiscard]] std::string_view format() const override { return parser_->format(); }

  private:
    std::optional<Error> step();

    LineReader lines_;
    std::unique_ptr<LineParser> parser_;
    SeriesBook book_;
    std::int64_t number_ = 0;
    bool ended_ = false;
    std::optional<Error> error_{};
};

}  // namespace rampwatch::readers
