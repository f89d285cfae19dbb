// SPDX-License-Identifier: MIT
// What `atop -P PRM,MEM` prints, live or from its raw file (`atop -r FILE -P PRM`): atop(1), PARSEABLE
// OUTPUT. A process is a series; so is the memory in use of the host, where MEM is there.
#pragma once

#include "core/readers/line_parser.h"

namespace rampwatch::readers {

class AtopText final : public LineParser {
  public:
    // Whether a line is one of atop's: a label in large letters, a host, a time, a date.
    static bool is_line(std::string_view text);

    std::optional<Error> line(std::string_view text, std::int64_t number, SeriesBook& book) override;
    [[nodiscard]] std::string_view format() const override { return "atop -P"; }
};

}  // namespace rampwatch::readers
