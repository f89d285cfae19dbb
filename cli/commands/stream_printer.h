// SPDX-License-Identifier: MIT
// What `analyze --by` says of a stream's series, each as it is judged, in memory that does not grow with
// their number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/batch/judge_all.h"
#include "core/report/explain.h"
#include "core/report/text_table.h"

namespace rampwatch::cli {

class StreamPrinter {
  public:
    // `source` is the name of the stream, as it was given.
    StreamPrinter(std::string source, bool json, std::optional<report::Detail> explain)
        : source_(std::move(source)), json_(json), explain_(explain) {}

    // As JSON all of them are shown; as text those that grow, at length.
    void print(batch::SeriesAnalysis series);

    // The table, notes and trouble; the exit status.
    int finish(const batch::Analysis& analysis);

  private:
    void put(const std::string& text);
    void keep(report::TableRow row);
    void print_table();

    std::string source_;
    bool json_;
    std::optional<report::Detail> explain_;
    bool failed_ = false;
    std::int64_t series_ = 0, leaks_ = 0;
    std::vector<report::TableRow> rows_{};  // the most urgent ones, and a few more
};

}  // namespace rampwatch::cli
