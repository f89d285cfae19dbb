// SPDX-License-Identifier: MIT
#include "cli/commands/analysis_printer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/console/exit.h"
#include "cli/console/terminal.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/explain.h"
#include "core/report/json_verdict.h"
#include "core/report/text_verdict.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostNamed = 8;  // ignored columns, in a note

std::string ignored(const readers::RecordingNotes& notes) {
    std::string text = "ignored columns:";
    const std::size_t named = std::min(notes.ignored_columns.size(), kMostNamed);
    for (std::size_t i = 0; i < named; ++i) text += " " + escape(notes.ignored_columns[i], 64);
    return named < notes.ignored_columns.size() ? text + " ..." : text;
}

std::string plural(std::int64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", format_count(count), count == 1 ? one : many);
}

}  // namespace

std::string notes_of(const batch::Analysis& analysis, std::size_t columns) {
    const readers::RecordingNotes& notes = analysis.notes;
    std::vector<std::string> lines;
    const bool own = analysis.is_own;
    if (!own) {
        const auto count = static_cast<std::int64_t>(analysis.series.size()) + analysis.not_kept;
        lines.push_back(fmt::format("read as {}, {}", analysis.format, plural(count, "series", "series")));
    }
    for (const std::string& remark : notes.remarks) lines.push_back(remark);
    if (!notes.ignored_columns.empty()) lines.push_back(ignored(notes));
    if (notes.lines_not_understood > 0) {
        lines.push_back(fmt::format("{} not understood and left out, first line {}",
                                    plural(notes.lines_not_understood, "line was", "lines were"),
                                    notes.first_not_understood));
    }
    if (notes.unknown_values > 0) {
        lines.push_back(plural(notes.unknown_values, "value is unknown (NaN) and was left out",
                               "values are unknown (NaN) and were left out"));
    }
    if (notes.out_of_order > 0) {
        lines.push_back(plural(notes.out_of_order, "sample is older than the one before it and was left out",
                               "samples are older than the one before them and were left out"));
    }
    if (notes.same_time > 0) {
        lines.push_back(plural(notes.same_time, "sample has the time of the one before it and was left out",
                               "samples have the time of the one before them and were left out"));
    }
    if (notes.half_lines > 0)
        lines.emplace_back("the last line is incomplete and was left out: is it still being written?");
    std::string text;
    for (const std::string& line : lines) {
        const std::string whole = escape(analysis.file) + ": " + line;
        text += (own ? whole : broken_at_spaces(whole, columns)) + "\n";
    }
    return text;
}

void AnalysisPrinter::print(const std::string& text) {
    const std::string whole = style_.json ? text : broken_lines(text, columns_of(STDOUT_FILENO));
    if (std::fwrite(whole.data(), 1, whole.size(), stdout) != whole.size()) failed_ = true;
}

void AnalysisPrinter::print(batch::Analysis analysis) {
    if (analysis.error) {
        worst_ = std::max(worst_, complain(*analysis.error));
        return;
    }
    for (const batch::SeriesAnalysis& series : analysis.series) {
        if (series.verdict.ever_leak) worst_ = std::max(worst_, static_cast<int>(Exit::leak));
    }
    if (style_.json) {
        take_json(analysis);
    } else {
        take_text(std::move(analysis));
    }
}

void AnalysisPrinter::take_json(const batch::Analysis& analysis) {
    report::AnalysisSource source{.name = analysis.file,
                                  .ignored_columns = analysis.notes.ignored_columns,
                                  .half_lines = analysis.notes.half_lines,
                                  .format = analysis.format,
                                  .unknown_values = analysis.notes.unknown_values,
                                  .lines_not_understood = analysis.notes.lines_not_understood};
    for (const batch::SeriesAnalysis& series : analysis.series) {
        source.labels.clear();
        for (const Label& label : series.info.labels) source.labels.emplace_back(label.name, label.value);
        source.host = series.info.host;
        print(report::json_analysis(series.verdict, source) + "\n");
    }
}

void AnalysisPrinter::take_text(batch::Analysis analysis) {
    fmt::print(stderr, "{}", notes_of(analysis, columns_of(STDERR_FILENO)));
    const bool many = analysis.series.size() > 1;
    const bool at_length = analysis.series.size() <= kMostAtLength;
    many_series_ |= many;
    for (batch::SeriesAnalysis& series : analysis.series) {
        std::string name = readers::title(series.info);
        if (many && name.empty()) name = "the process itself";
        if (at_length || batch::grows(series.verdict)) {
            std::string text;
            if (style_.many_files) text += escape(analysis.file) + ": ";
            if (!name.empty()) text += name + ": ";
            text += report::text_verdict(series.verdict, series.context);
            if (style_.explain) text += report::explain(series.verdict, *style_.explain);
            print(text);
        }
        if (style_.many_files) name = escape(analysis.file) + (name.empty() ? "" : ": ") + name;
        if (many || style_.many_files) rows_.push_back({std::move(name), std::move(series.verdict)});
    }
    if (analysis.not_kept > 0) {
        fmt::print(stderr, "{}: {} more series; none of them grows\n", escape(analysis.file),
                   format_count(analysis.not_kept));
    }
}

int AnalysisPrinter::finish() {
    if (rows_.size() > 1) {
        std::size_t more = 0;
        std::stable_sort(rows_.begin(), rows_.end(),
                         [](const report::TableRow& a, const report::TableRow& b) {
                             return report::more_urgent(a.verdict, b.verdict);
                         });
        if (rows_.size() > kMostRows) {
            more = rows_.size() - kMostRows;
            rows_.resize(kMostRows);
        }
        print("\n" + report::text_table(std::move(rows_), many_series_ ? "series" : "file",
                                        columns_of(STDOUT_FILENO)));
        if (more > 0)
            print(fmt::format("and {} more, less urgent\n", format_count(static_cast<std::int64_t>(more))));
    }
    if (std::fflush(stdout) != 0) failed_ = true;
    if (!failed_) return worst_;
    return complain(
        {Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}});
}

}  // namespace rampwatch::cli
