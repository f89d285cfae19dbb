// SPDX-License-Identifier: MIT
// A table that is no wider than what it is read on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rampwatch::report {

struct TableColumn {
    std::string title{};
    bool right = false;
    // Where there is no room the lowest goes first; 0 stays. One whose cells are all "-" goes in any case.
    int worth = 0;
};

// A line of titles and one for each row, each ended; cells are escaped, and as many as there are columns.
// Where what stays is still too wide, names in the first column that are too long stand on a line of their
// own.
std::string fitted_table(std::vector<TableColumn> columns, std::vector<std::vector<std::string>> rows,
                         std::size_t width = 80);

}  // namespace rampwatch::report
