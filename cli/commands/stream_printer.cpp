// SPDX-License-Identifier: MIT
#include "cli/commands/stream_printer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/commands/analysis_printer.h"
#include "cli/console/exit.h"
#include "cli/console/terminal.h"
#include "core/base/units.h"
#include "core/report/json_verdict.h"
#include "core/report/text_verdict.h"

namespace rampwatch::cli {
namespace {

bool more_urgent(const report::TableRow& a, const report::TableRow& b) {
    return report::more_urgent(a.verdict, b.verdict);
}

std::string json_line_of(const batch::SeriesAnalysis& series, const std::string& source) {
    report::AnalysisSource from{.name = source, .format = "sorted rows"};
    for (const Label& label : series.info.labels) from.labels.emplace_back(label.name, label.value);
    return report::json_analysis(series.verdict, from) + "\n";
}

// A filter that has nothing to say says nothing on stderr.
bool was_left_out(const readers::RecordingNotes& notes) {
    return notes.unknown_values > 0 || notes.out_of_order > 0 || notes.same_time > 0 || notes.half_lines > 0;
}

}  // namespace

void StreamPrinter::put(const std::string& text) {
    const std::string whole = json_ ? text : broken_lines(text, columns_of(STDOUT_FILENO));
    if (std::fwrite(whole.data(), 1, whole.size(), stdout) != whole.size()) failed_ = true;
}

void StreamPrinter::keep(report::TableRow row) {
    rows_.push_back(std::move(row));
    if (rows_.size() < 2 * kMostRows) return;
    std::stable_sort(rows_.begin(), rows_.end(), more_urgent);
    rows_.resize(kMostRows);
}

void StreamPrinter::print(batch::SeriesAnalysis series) {
    ++series_;
    leaks_ += series.verdict.ever_leak ? 1 : 0;
    if (json_) return put(json_line_of(series, source_));
    std::string name = readers::title(series.info);
    if (batch::grows(series.verdict)) {
        std::string text = name + ": " + report::text_verdict(series.verdict, series.context);
        if (explain_) text += report::explain(series.verdict, *explain_);
        put(text);
    }
    keep({std::move(name), std::move(series.verdict)});
}

void StreamPrinter::print_table() {
    std::stable_sort(rows_.begin(), rows_.end(), more_urgent);
    if (rows_.size() > kMostRows) rows_.resize(kMostRows);
    const auto more = series_ - static_cast<std::int64_t>(rows_.size());
    if (!rows_.empty()) put("\n" + report::text_table(std::move(rows_), "series", columns_of(STDOUT_FILENO)));
    if (more > 0) put(fmt::format("and {} more, less urgent\n", format_count(more)));
    put(fmt::format("{} series, {} with a leak\n", format_count(series_), format_count(leaks_)));
}

int StreamPrinter::finish(const batch::Analysis& analysis) {
    if (!json_) print_table();
    if (!json_ || was_left_out(analysis.notes))
        fmt::print(stderr, "{}", notes_of(analysis, columns_of(STDERR_FILENO)));
    if (std::fflush(stdout) != 0) failed_ = true;
    if (failed_) {
        return complain(
            {Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}});
    }
    if (analysis.error) return complain(*analysis.error);
    return static_cast<int>(leaks_ > 0 ? Exit::leak : Exit::healthy);
}

}  // namespace rampwatch::cli
