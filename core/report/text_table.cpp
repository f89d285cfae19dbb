// SPDX-License-Identifier: MIT
#include "core/report/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

constexpr std::size_t kWidestName = 40;

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

std::string line_of(const TableRow& row, std::size_t width, const RateColumn& rates) {
    const Verdict& verdict = row.verdict;
    const SeriesVerdict* series = leader(verdict);
    const bool grows = verdict.claim == Claim::growing || verdict.claim == Claim::leak;
    return fmt::format("{:<{}}  {:<9}  {:<14}  {:<16}  {:>14}  {:>10}  {}\n", row.name, width,
                       word(verdict.claim), series != nullptr ? people_word(series->series) : "-",
                       series != nullptr ? word(series->shape) : "-",
                       has_rate(verdict) ? rates.cell(series->series, *series->slope_per_s) : "-",
                       limit_cell(verdict), grows && series->onset ? moment(verdict, *series->onset) : "-");
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

std::string text_table(std::vector<TableRow> rows, std::string_view of) {
    std::size_t width = 4;
    for (TableRow& row : rows) {
        row.name = escape(row.name, 4096);
        width = std::max(width, std::min(row.name.size(), kWidestName));
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const TableRow& a, const TableRow& b) { return more_urgent(a.verdict, b.verdict); });
    std::string text = fmt::format("{:<{}}  {:<9}  {:<14}  {:<16}  {:>14}  {:>10}  {}\n", of, width,
                                   "verdict", "series", "shape", "rate", "limit in", "since");
    RateColumn rates;
    for (const TableRow& row : rows) {
        if (has_rate(row.verdict)) rates.add(leader(row.verdict)->series, *leader(row.verdict)->slope_per_s);
    }
    for (const TableRow& row : rows) text += line_of(row, width, rates);
    return text;
}

}  // namespace rampwatch::report
