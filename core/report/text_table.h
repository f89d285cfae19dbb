// SPDX-License-Identifier: MIT
// Many verdicts in one table, the most urgent first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/verdict.h"

namespace rampwatch::report {

struct TableRow {
    std::string name{};  // escaped here
    Verdict verdict{};
};

// The unit for a column of rates: the fastest one's, bytes and counts apart. What is too slow for it is still
// told apart from nothing: "< 0.01 MiB/s".
class RateColumn {
  public:
    void add(Series series, double per_s);
    [[nodiscard]] std::string cell(Series series, double per_s) const;

  private:
    double fastest_bytes_ = 0, fastest_count_ = 0;
};

// Leaks before suspected growth before the rest; among equals what meets its limit sooner, then what grows
// faster, then the order given. One line each under a line of titles, each line ended; what has no room in
// `width` is left out. `of` heads the first column.
std::string text_table(std::vector<TableRow> rows, std::string_view of = "file", std::size_t width = 80);

// Of the same order: whether `a` is more urgent than `b`.
bool more_urgent(const Verdict& a, const Verdict& b);

}  // namespace rampwatch::report
