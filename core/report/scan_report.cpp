// SPDX-License-Identifier: MIT
#include "core/report/scan_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/fitted_table.h"
#include "core/report/text_table.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

// How surely it grows, as far as this time can tell.
enum class Surety { maybe, likely, steady };

Surety surety_of(const Verdict& verdict) {
    if (verdict.claim == Claim::leak) return Surety::steady;
    if (verdict.claim == Claim::growing) return Surety::likely;
    return Surety::maybe;
}

double slope_of(const ScanRow& row) {
    const auto& memory = row.verdict.series[index(Series::memory)];
    return memory ? memory->slope_per_s.value_or(0) : 0;
}

std::string surety_words(const ScanRow& row, const ScanReport& scan) {
    const auto& memory = row.verdict.series[index(Series::memory)];
    std::string text = "perhaps";
    if (surety_of(row.verdict) == Surety::steady)
        text = scan.patience >= std::chrono::hours(9) ? "a leak" : "surely";
    if (surety_of(row.verdict) == Surety::likely) text = "likely";
    if (memory && memory->windows > 0)
        text += fmt::format(", {} of {} up", memory->windows_up, memory->windows);
    return text;
}

std::string short_name(const Life& who) {  // in its column
    const std::string_view name = called(who);
    return escape(name, name.size() > 16 ? 13 : 16);
}

std::vector<std::string> cells_of(const ScanRow& row, const ScanReport& scan, const RateColumn& rates) {
    const auto change = static_cast<double>(row.last_bytes - row.first_bytes);
    const double slope = slope_of(row);
    const auto more = row.last_threads - row.first_threads;
    return {std::to_string(row.who.pid),
            short_name(row.who),
            row.who.unit ? escape(*row.who.unit, 40) : "-",
            format_size(static_cast<double>(row.last_bytes)),
            (change >= 0 ? "+" : "") + format_size(change),
            slope != 0 ? rates.cell(Series::memory, slope) : "-",
            surety_words(row, scan),
            more != 0 ? fmt::format("{} ({:+})", row.last_threads, more) : std::to_string(row.last_threads)};
}

// The service, where it is one: through its restarts, with all its processes.
std::string next_command(const ScanReport& scan) {
    const Life& who = scan.rows.front().who;
    if (who.unit) return fmt::format("{} watch --unit {}", scan.program, escape(*who.unit, 64));
    return fmt::format("{} watch --patience 10m {}", scan.program, who.pid);
}

std::string not_excluded(const ScanReport& scan) {
    const std::string time = format_duration(scan.took);
    if (scan.took >= std::chrono::hours(9))
        return "growth that started less than a few hours ago may be missed";
    return fmt::format(
        "{} cannot exclude a warm-up, a cache that fills or a collector that waits; slower growth than "
        "64 KiB in {} is not shown",
        time, time);
}

}  // namespace

void sort_by_growth(std::vector<ScanRow>& rows) {
    std::sort(rows.begin(), rows.end(), [](const ScanRow& a, const ScanRow& b) {
        return std::tuple(surety_of(b.verdict), slope_of(b), a.who.pid) <
               std::tuple(surety_of(a.verdict), slope_of(a), b.who.pid);
    });
}

std::string text_scan(const ScanReport& scan, std::size_t most, std::size_t width) {
    std::string text = fmt::format("{} {} for {}, {} looks; {} grew", format_count(scan.processes),
                                   scan.processes == 1 ? "process" : "processes", format_duration(scan.took),
                                   format_count(scan.looks), scan.rows.size());
    if (scan.gone > 0) text += fmt::format(", {} ended meanwhile", format_count(scan.gone));
    text += "\n";
    const std::size_t shown = most == 0 ? scan.rows.size() : std::min(most, scan.rows.size());
    RateColumn rates;
    for (std::size_t i = 0; i < shown; ++i) rates.add(Series::memory, slope_of(scan.rows[i]));
    std::vector<std::vector<std::string>> cells;
    for (std::size_t i = 0; i < shown; ++i) cells.push_back(cells_of(scan.rows[i], scan, rates));
    if (shown > 0) {
        text += "\n" + fitted_table({{.title = "PID", .right = true},
                                     {.title = "name"},
                                     {.title = "unit", .worth = 3},
                                     {.title = "memory", .right = true, .worth = 2},
                                     {.title = "grew by", .right = true, .worth = 4},
                                     {.title = "how fast", .right = true},
                                     {.title = "how surely"},
                                     {.title = "threads", .worth = 1}},
                                    std::move(cells), width);
    }
    if (shown < scan.rows.size()) text += fmt::format("and {} more\n", scan.rows.size() - shown);
    text += "\n" + not_excluded(scan) + "\n";
    if (!scan.rows.empty()) text += fmt::format("next: {}\n", next_command(scan));
    return text;
}

}  // namespace rampwatch::report
