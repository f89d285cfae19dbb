// SPDX-License-Identifier: MIT
#include "core/report/explain.h"

#include <fmt/format.h>

#include <cmath>

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

std::string figure(Series series, GateId gate, double value) {
    if (!std::isfinite(value)) return value > 0 ? "inf" : "-";
    switch (gate) {
        case GateId::patience:
            return format_duration(
                std::chrono::nanoseconds(static_cast<std::int64_t>(std::fmin(value, 9e9) * 1e9)));
        case GateId::materiality:
        case GateId::record_high:
        case GateId::still_at_top:
            return amount(series, value);
        default:
            return fmt::format("{:.3g}", value);
    }
}

std::string table_of(const SeriesVerdict& series) {
    std::string text = fmt::format("  gates of {} ({})\n", people_word(series.series), word(series.claim));
    bool held = false;
    for (const Gate& gate : series.evidence) {
        const bool holds = !gate.passed && !held && series.claim != Claim::leak;
        held = held || holds;
        text += fmt::format(
            "    {:<18}{:>12}  {} {:>12}  {}\n", word(gate.id), figure(series.series, gate.id, gate.value),
            gate.at_least ? "at least" : "at most ", figure(series.series, gate.id, gate.threshold),
            gate.passed ? "passed"
            : holds     ? "HOLDS BACK"
                        : "not passed");
    }
    return text;
}

}  // namespace

std::string explain(const Verdict& verdict) {
    std::string text;
    const SeriesVerdict* lead = leader(verdict);
    if (lead != nullptr && !lead->evidence.empty()) text += table_of(*lead);
    for (const auto& series : verdict.series) {
        if (series && &*series != lead && !series->evidence.empty()) text += table_of(*series);
    }
    return text.empty() ? "  no gates asked yet: too few samples\n" : text;
}

}  // namespace rampwatch::report
