// SPDX-License-Identifier: MIT
// What `analyze` says of its files, as each is done.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/batch/judge_all.h"
#include "core/report/explain.h"
#include "core/report/text_table.h"

namespace rampwatch::cli {

// Of a file with more series than this only those that grow are told at length; the table has the others.
inline constexpr std::size_t kMostAtLength = 8;
inline constexpr std::size_t kMostRows = 100;  // of the table

class AnalysisPrinter {
  public:
    struct Style {
        bool json = false;
        std::optional<report::Detail> explain{};
        bool many_files = false;
    };
    explicit AnalysisPrinter(const Style& style) : style_(style) {}

    void print(batch::Analysis analysis);
    int finish();  // the table, and the exit status

  private:
    void take_json(const batch::Analysis& analysis);
    void take_text(batch::Analysis analysis);
    void print(const std::string& text);

    Style style_;
    bool failed_ = false;
    bool many_series_ = false;
    int worst_ = 0;
    std::vector<report::TableRow> rows_{};
};

// What was read as what, and what was left out; each line ended, none wider than `columns` where words allow
// it.
std::string notes_of(const batch::Analysis& analysis, std::size_t columns);

}  // namespace rampwatch::cli
