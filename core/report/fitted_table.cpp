// SPDX-License-Identifier: MIT
#include "core/report/fitted_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace rampwatch::report {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kBetween = 2;

std::size_t width_of(const TableColumn& column, const Rows& rows, std::size_t at) {
    std::size_t width = column.title.size();
    for (const auto& row : rows) width = std::max(width, row[at].size());
    return width;
}

void drop(std::vector<TableColumn>& columns, Rows& rows, std::size_t at) {
    const auto place = static_cast<std::ptrdiff_t>(at);
    columns.erase(columns.begin() + place);
    for (auto& row : rows) row.erase(row.begin() + place);
}

void drop_empty(std::vector<TableColumn>& columns, Rows& rows) {
    for (std::size_t at = columns.size(); at-- > 1;) {
        const bool empty = std::ranges::all_of(rows, [&](const auto& row) { return row[at] == "-"; });
        if (empty && columns[at].worth > 0) drop(columns, rows, at);
    }
}

std::vector<std::size_t> widths_of(const std::vector<TableColumn>& columns, const Rows& rows) {
    std::vector<std::size_t> widths;
    for (std::size_t at = 0; at < columns.size(); ++at) widths.push_back(width_of(columns[at], rows, at));
    return widths;
}

std::size_t total_of(const std::vector<std::size_t>& widths) {
    return std::accumulate(widths.begin(), widths.end(), kBetween * (widths.size() - 1));
}

// The column that is worth least of those that may go; 0 where none may.
std::size_t least_of(const std::vector<TableColumn>& columns) {
    std::size_t least = 0;
    for (std::size_t at = 1; at < columns.size(); ++at) {
        if (columns[at].worth == 0) continue;
        if (least == 0 || columns[at].worth < columns[least].worth) least = at;
    }
    return least;
}

std::string line_of(const std::vector<std::string>& cells, const std::vector<TableColumn>& columns,
                    const std::vector<std::size_t>& widths) {
    std::string line;
    if (cells.front().size() > widths.front()) line = cells.front() + "\n";
    for (std::size_t at = 0; at < cells.size(); ++at) {
        const std::string cell = at == 0 && !line.empty() ? "" : cells[at];
        if (at > 0) line += std::string(kBetween, ' ');
        line += columns[at].right ? fmt::format("{:>{}}", cell, widths[at])
                                  : fmt::format("{:<{}}", cell, widths[at]);
    }
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::string fitted_table(std::vector<TableColumn> columns, Rows rows, std::size_t width) {
    if (columns.empty()) return {};
    drop_empty(columns, rows);
    auto widths = widths_of(columns, rows);
    while (total_of(widths) > width) {
        const std::size_t least = least_of(columns);
        if (least == 0) break;
        drop(columns, rows, least);
        widths = widths_of(columns, rows);
    }
    if (const std::size_t total = total_of(widths); total > width) {
        const std::size_t over = std::min(total - width, widths.front());
        widths.front() = std::max(widths.front() - over, columns.front().title.size());
    }
    std::vector<std::string> titles;
    for (const TableColumn& column : columns) titles.push_back(column.title);
    std::string text = line_of(titles, columns, widths);
    for (const auto& row : rows) text += line_of(row, columns, widths);
    return text;
}

}  // namespace rampwatch::report
