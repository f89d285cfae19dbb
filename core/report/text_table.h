// SPDX-License-Identifier: MIT
// Many verdicts in one table, the most urgent first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/model/verdict.h"

namespace rampwatch::report {

struct TableRow {
    std::string name{};  // escaped here
    Verdict verdict{};
};

// Leaks before suspected growth before the rest; among equals what meets its limit sooner, then what grows
// faster, then the order given. One line each under a line of titles, each line ended.
std::string text_table(std::vector<TableRow> rows);

}  // namespace rampwatch::report
