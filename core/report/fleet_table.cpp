// SPDX-License-Identifier: MIT
#include "core/report/fleet_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/text_table.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostGrowing = 20'000;  // rows that are kept
constexpr std::size_t kFewestRest = 100;
constexpr double kAlike = 3;  // slopes of alike members are within so many times their middle
constexpr std::string_view kIndent = "    ";

bool grows(const FleetRow& row) {
    return !row.ended && (row.claim == Claim::growing || row.claim == Claim::leak);
}

std::string_view claim_word(const FleetRow& row) {
    if (row.ever_leak && !grows(row)) return "over";
    return row.ended ? "ended" : word(row.claim);
}

std::string limit_cell(const FleetRow& row) {
    if (!std::isfinite(row.limit_in_s)) return "-";
    return format_duration(
        nanoseconds(static_cast<std::int64_t>(std::clamp(row.limit_in_s, 0.0, 9e9) * 1e9)));
}

std::string plural(std::int64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", format_count(count), count == 1 ? one : many);
}

const Label* find(const Labels& labels, const std::string& name) {
    const auto found =
        std::find_if(labels.begin(), labels.end(), [&](const Label& label) { return label.name == name; });
    return found == labels.end() ? nullptr : &*found;
}

// Those of one workload that grow alike as their middle, with the soonest limit of them; the others as they
// are. All of `rows` grow, in the same series.
std::vector<FleetRow> merged(std::vector<FleetRow> rows) {
    std::sort(rows.begin(), rows.end(),
              [](const FleetRow& a, const FleetRow& b) { return a.slope_per_s < b.slope_per_s; });
    const double middle = rows[rows.size() / 2].slope_per_s;
    std::vector<FleetRow> alike, lines;
    for (FleetRow& row : rows) {
        // What is called a leak may fall just now: the middle is always one of them, whatever its sign.
        const bool is_alike = row.slope_per_s == middle ||
                              (row.slope_per_s * kAlike >= middle && row.slope_per_s <= middle * kAlike);
        (is_alike ? alike : lines).push_back(std::move(row));
    }
    FleetRow line = alike[alike.size() / 2];
    line.members = static_cast<std::int64_t>(alike.size());
    for (const FleetRow& row : alike) line.limit_in_s = std::min(line.limit_in_s, row.limit_in_s);
    lines.push_back(std::move(line));
    return lines;
}

}  // namespace

FleetRow fleet_row(const Labels& labels, std::string workload, const Verdict& verdict, nanoseconds end_wall,
                   nanoseconds step) {
    const nanoseconds silence = std::max<nanoseconds>(std::chrono::minutes(15), 5 * step);
    FleetRow row{.workload = std::move(workload),
                 .claim = verdict.claim,
                 .ever_leak = verdict.ever_leak,
                 .ended = verdict.wall + silence < end_wall};
    for (const Label& label : labels)
        if (label.name != "__name__") row.labels.push_back(label);
    if (const SeriesVerdict* series = leader(verdict)) {
        row.series = series->series;
        row.now = series->last;
        const double slope = series->slope_per_s.value_or(0);
        if (grows(row) && std::isfinite(slope)) row.slope_per_s = slope;
    }
    const auto& ahead = verdict.forecast ? verdict.forecast : verdict.limit_near;
    if (ahead && !ahead->beyond && !row.ended) row.limit_in_s = ahead->eta_s;
    return row;
}

bool goes_before(const FleetRow& a, const FleetRow& b) {
    const auto order = [](const FleetRow& row) {
        const int kind = grows(row) ? 0 : row.ever_leak ? 1 : row.claim == Claim::undecided ? 2 : 3;
        return std::tuple(kind, row.limit_in_s, row.claim == Claim::leak ? 0 : 1, -row.slope_per_s);
    };
    return order(a) < order(b);
}

void FleetTable::add(FleetRow row) {
    if (targets_++ == 0) {
        common_ = row.labels;
    } else {
        std::erase_if(common_, [&](const Label& label) {
            const Label* same = find(row.labels, label.name);
            return same == nullptr || same->value != label.value;
        });
    }
    ++members_[row.workload];
    leaks_ += row.ever_leak || row.claim == Claim::leak ? 1 : 0;
    leaking_ += grows(row) && row.claim == Claim::leak ? 1 : 0;
    growing_ += grows(row) && row.claim == Claim::growing ? 1 : 0;
    undecided_ += row.claim == Claim::undecided ? 1 : 0;
    if (only_leaks_ && !row.ever_leak && row.claim != Claim::leak) return;
    keep(std::move(row));
}

void FleetTable::keep(FleetRow row) {
    auto& into = grows(row) ? grow_ : rest_;
    const std::size_t most = grows(row)  ? kMostGrowing
                             : top_ == 0 ? kMostGrowing
                                         : std::max(top_, kFewestRest);
    into.push_back(std::move(row));
    if (into.size() < 2 * most) return;
    std::stable_sort(into.begin(), into.end(), goes_before);
    dropped_ += static_cast<std::int64_t>(into.size() - most);
    into.resize(most);
}

std::vector<FleetRow> FleetTable::lines() const {
    std::unordered_map<std::string, std::vector<FleetRow>> groups;
    for (const FleetRow& row : grow_)
        groups[fmt::format("{}\n{}\n{}", static_cast<int>(row.claim), static_cast<int>(row.series),
                           row.workload)]
            .push_back(row);
    std::vector<FleetRow> lines;
    for (auto& [key, rows] : groups)
        for (FleetRow& row : merged(std::move(rows))) lines.push_back(std::move(row));
    lines.insert(lines.end(), rest_.begin(), rest_.end());
    std::stable_sort(lines.begin(), lines.end(), [](const FleetRow& a, const FleetRow& b) {
        if (goes_before(a, b) != goes_before(b, a)) return goes_before(a, b);
        return a.workload < b.workload;  // hash tables have no order
    });
    return lines;
}

std::vector<FleetRow> FleetTable::leak_lines() const {
    std::vector<FleetRow> all = lines();
    std::erase_if(all, [](const FleetRow& row) { return row.claim != Claim::leak || row.ended; });
    return all;
}

std::string FleetTable::name_of(const FleetRow& row) const {
    if (row.members > 1)
        return fmt::format("{} ({} of {} alike)", escape(row.workload, 200), format_count(row.members),
                           format_count(members_.at(row.workload)));
    Labels differ;
    for (const Label& label : row.labels)
        if (targets_ == 1 || find(common_, label.name) == nullptr) differ.push_back(label);
    if (differ.size() == 1) return escape(differ.front().value, 200);
    std::string name;
    for (const Label& label : differ) {
        if (name.size() > 400) return name + ", ...";
        name += (name.empty() ? "" : ", ") + escape(label.name, 60) + "=" + escape(label.value, 100);
    }
    return name.empty() ? "the only one" : name;
}

std::string FleetTable::heading(const FleetFrame& frame) const {
    std::string text =
        leaking_ == 0 ? fmt::format("No leak in {}", plural(targets_, "target", "targets"))
                      : fmt::format("{} of {} {}", format_count(leaking_),
                                    plural(targets_, "target", "targets"), leaking_ == 1 ? "leaks" : "leak");
    if (growing_ > 0) text += fmt::format(", {} more may", format_count(growing_));
    if (leaks_ > leaking_) text += fmt::format(", {} did and are over", format_count(leaks_ - leaking_));
    if (undecided_ > 0) text += fmt::format(", {} cannot be judged yet", format_count(undecided_));
    text += fmt::format(".\n{} to {}, a look every {}.", format_duration(frame.time),
                        format_day_minute(frame.wall), format_duration(frame.step));
    if (frame.silent > 0) text += fmt::format(" {} had no value.", plural(frame.silent, "target", "targets"));
    if (frame.not_judged > 0)
        text += fmt::format("\n{} could not be fetched and were not judged.",
                            plural(frame.not_judged, "target", "targets"));
    return text + "\n";
}

namespace {

// "a, b, c" broken behind commas; a part that is too wide is broken where it is.
std::string broken_at_commas(std::string_view text, std::size_t columns, std::string_view indent) {
    std::string out, line;
    for (std::string_view part : split(text, ' ')) {
        while (line.size() + part.size() + 1 > columns) {
            if (!line.empty()) {
                out += line + "\n";
                line.clear();
                continue;
            }
            const std::size_t fits = columns - indent.size() - 1;
            out += std::string(indent) + std::string(part.substr(0, fits)) + "\n";
            part.remove_prefix(std::min(fits, part.size()));
        }
        line += (line.empty() ? std::string(indent) : " ") + std::string(part);
    }
    return out + line + "\n";
}

}  // namespace

std::string FleetTable::shared() const {
    std::string text;
    for (const Label& label : common_)
        text += (text.empty() ? "" : ", ") + escape(label.name, 60) + "=" + escape(label.value, 100);
    return text;
}

std::string FleetTable::text(const FleetFrame& frame, std::size_t columns) const {
    columns = std::max<std::size_t>(columns, 72);
    std::string text = heading(frame);
    const std::string shared = this->shared();
    if (targets_ > 1 && !shared.empty())
        text += "All of them:\n" + broken_at_commas(shared, columns, kIndent);
    std::vector<FleetRow> rows = lines();
    const std::size_t all = rows.size();
    if (top_ > 0 && rows.size() > top_) rows.resize(top_);
    if (rows.empty()) return text;
    RateColumn rates;
    for (const FleetRow& row : rows) rates.add(row.series, row.slope_per_s);
    const auto line = [](auto&&... cells) {
        return fmt::format("{:<9}  {:<11}  {:>9}  {:>13}  {:>8}  ", cells...);
    };
    text += "\n" + line("verdict", "of", "now", "rate", "limit in") + "target\n";
    for (const FleetRow& row : rows) {
        std::string cells =
            line(claim_word(row), people_word(row.series), amount(row.series, row.now),
                 row.slope_per_s != 0 ? rates.cell(row.series, row.slope_per_s) : "-", limit_cell(row));
        const std::string name = name_of(row);
        if (cells.size() + name.size() <= columns) {
            text += cells + name + "\n";
            continue;
        }
        while (cells.ends_with(' ')) cells.pop_back();
        text += cells + "\n" + broken_at_commas(name, columns, kIndent);
    }
    const std::int64_t more = static_cast<std::int64_t>(all - rows.size()) + dropped_;
    if (more > 0) text += fmt::format("and {} more, less urgent\n", format_count(more));
    return text;
}

}  // namespace rampwatch::report
