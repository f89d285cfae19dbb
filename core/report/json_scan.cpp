// SPDX-License-Identifier: MIT
#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/json_parts.h"
#include "core/report/scan_report.h"

namespace rampwatch::report {
namespace {

Json json_row(const ScanRow& row) {
    const auto& memory = row.verdict.series[index(Series::memory)];
    return {{"pid", row.who.pid},
            {"executable", row.who.executable},
            {"comm", row.who.comm},
            {"user", row.user},
            {"unit", json_known(row.who.unit)},
            {"verdict", word(row.verdict.claim)},
            {"first_bytes", row.first_bytes},
            {"last_bytes", row.last_bytes},
            {"threads_first", row.first_threads},
            {"threads_last", row.last_threads},
            {"memory", memory ? json_series(*memory) : Json(nullptr)}};
}

}  // namespace

std::string json_scan(const ScanReport& scan) {
    Json rows = Json::array();
    for (const ScanRow& row : scan.rows) rows.push_back(json_row(row));
    return json_line({{"schema", "rampwatch.scan/1"},
                      {"time", format_time(scan.wall)},
                      {"duration_s", json_seconds(scan.took)},
                      {"interval_s", json_seconds(scan.interval)},
                      {"patience_s", json_seconds(scan.patience)},
                      {"looks", scan.looks},
                      {"processes", scan.processes},
                      {"gone", scan.gone},
                      {"grew", std::move(rows)}});
}

}  // namespace rampwatch::report
