// SPDX-License-Identifier: MIT
// What memory_profiler's `mprof run` writes (mprofile_*.dat): "MEM 51.2 1772000000.1234" in MiB and seconds
// since the Unix epoch, "CHLD 0 12.5 1772000000.1301" of each child, "CMDLINE ..." and "FUNC ...". A further
// CMDLINE is a further run appended to the file: a new life.
#pragma once

#include "core/readers/line_parser.h"

namespace rampwatch::readers {

class MprofText final : public LineParser {
  public:
    static bool is_line(std::string_view text);

    std::optional<Error> line(std::string_view text, std::int64_t number, SeriesBook& book) override;
    [[nodiscard]] std::string_view format() const override { return "mprof"; }

  private:
    bool has_run_ = false;
    bool new_life_ = false;
};

}  // namespace rampwatch::readers
