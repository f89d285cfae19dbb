// SPDX-License-Identifier: MIT
#include "core/report/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/fitted_table.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

std::chrono::nanoseconds seconds(double s) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(std::clamp(s, 0.0, 9e9) * 1e9));
}

// Smaller is more urgent.
std::tuple<int, double, double> urgency(const Verdict& verdict) {
    constexpr double kNever = std::numeric_limits<double>::infinity();
    const int claim = verdict.claim == Claim::undecided ? 2 : verdict.claim == Claim::healthy ? 3 : 1;
    const auto& ahead = verdict.forecast ? verdict.forecast : verdict.limit_near;
    const double eta_s = ahead && !ahead->beyond ? ahead->eta_s : kNever;
    const SeriesVerdict* series = leader(verdict);
    const double slope = series != nullptr ? series->slope_per_s.value_or(0) : 0;
    return {verdict.claim == Claim::leak ? 0 : claim, eta_s, -slope};
}

std::string limit_cell(const Verdict& verdict) {
    const auto& ahead = verdict.forecast ? verdict.forecast : verdict.limit_near;
    if (!ahead) return "-";
    return (ahead->beyond ? "> " : "") + format_duration(seconds(ahead->eta_s));
}

bool has_rate(const Verdict& verdict) {
    const SeriesVerdict* series = leader(verdict);
    const bool grows = verdict.claim == Claim::growing || verdict.claim == Claim::leak;
    return grows && series != nullptr && series->slope_per_s;
}

std::string since_cell(const Verdict& verdict, const SeriesVerdict* series) {
    const bool grows = verdict.claim == Claim::growing || verdict.claim == Claim::leak;
    if (!grows || series == nullptr || !series->onset) return "-";
    if (began_before(verdict, *series)) return "first look or before";
    return moment(verdict, *series->onset);
}

std::vector<std::string> cells_of(const TableRow& row, const RateColumn& rates) {
    const Verdict& verdict = row.verdict;
    const SeriesVerdict* series = leader(verdict);
    return {row.name,
            std::string(word(verdict.claim)),
            series != nullptr ? std::string(people_word(series->series)) : "-",
            series != nullptr ? std::string(word(series->shape)) : "-",
            has_rate(verdict) ? rates.cell(series->series, *series->slope_per_s) : "-",
            limit_cell(verdict),
            since_cell(verdict, series)};
}

}  // namespace

void RateColumn::add(Series series, double per_s) {
    double& fastest = is_bytes(series) ? fastest_bytes_ : fastest_count_;
    fastest = std::max(fastest, std::fabs(per_s));
}

std::string RateColumn::cell(Series series, double per_s) const {
    const RateUnit unit = rate_unit_of(series, is_bytes(series) ? fastest_bytes_ : fastest_count_);
    const bool is_least = per_s != 0 && std::fabs(per_s) < 0.005 * unit.per_s;
    return is_least ? "< 0.01" + unit.name : rate_in(unit, per_s);
}

bool more_urgent(const Verdict& a, const Verdict& b) { return urgency(a) < urgency(b); }

std::string text_table(std::vector<TableRow> rows, std::string_view of, std::size_t width) {
    for (TableRow& row : rows) row.name = escape(row.name, 4096);
    std::stable_sort(rows.begin(), rows.end(),
                     [](const TableRow& a, const TableRow& b) { return more_urgent(a.verdict, b.verdict); });
    RateColumn rates;
    for (const TableRow& row : rows) {
        if (has_rate(row.verdict)) rates.add(leader(row.verdict)->series, *leader(row.verdict)->slope_per_s);
    }
    std::vector<std::vector<std::string>> cells;
    for (const TableRow& row : rows) cells.push_back(cells_of(row, rates));
    return fitted_table({{.title = std::string(of)},
                         {.title = "verdict"},
                         {.title = "series", .worth = 2},
                         {.title = "shape", .worth = 1},
                         {.title = "rate", .right = true, .worth = 5},
                         {.title = "limit in", .right = true, .worth = 4},
                         {.title = "since", .worth = 3}},
                        std::move(cells), width);
}

}  // namespace rampwatch::report
