// SPDX-License-Identifier: MIT
// rampwatch analyze: the live watch's Judge over recorded samples.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/analysis.h"
#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/judge_options.h"
#include "core/base/text.h"
#include "core/report/explain.h"
#include "core/report/json_verdict.h"
#include "core/report/text_table.h"
#include "core/report/text_verdict.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostNamed = 8;  // ignored columns, in a note

constexpr const char* kExamples = R"(Examples:
  rampwatch analyze mem.csv                      what watch --record wrote
  rampwatch analyze --patience 30m --explain mem.csv
  rampwatch analyze --format json *.csv | jq -c 'select(.verdict == "leak") | .source'

A recording is CSV whose first line names the columns: time_s and rss_bytes, and whatever else is known
(rampwatch-formats(5)).)";

struct Options {
    std::vector<std::string> files{};
    JudgeOptions judge{};
    std::string format = "text";
    bool explain = false;
};

std::string note_of(const Analysis& analysis) {
    std::string note;
    if (!analysis.ignored_columns.empty()) {
        const std::size_t named = std::min(analysis.ignored_columns.size(), kMostNamed);
        note += fmt::format("{}: ignored columns:", escape(analysis.file));
        for (std::size_t i = 0; i < named; ++i) note += " " + escape(analysis.ignored_columns[i], 64);
        if (named < analysis.ignored_columns.size()) note += " ...";
        note += "\n";
    }
    if (analysis.half_lines > 0) {
        note += fmt::format("{}: the last line has no end and was left out: still being written?\n",
                            escape(analysis.file));
    }
    return note;
}

// Prints as the results come in, and keeps the worst status.
class Printer {
  public:
    explicit Printer(const Options& options) : options_(options), many_(options.files.size() > 1) {}

    void take(Analysis analysis) {
        if (analysis.error) {
            worst_ = std::max(worst_, complain(*analysis.error));
            return;
        }
        if (analysis.verdict.ever_leak) worst_ = std::max(worst_, static_cast<int>(Exit::leak));
        if (options_.format == "json") {
            print(report::json_analysis(analysis.verdict,
                                        {analysis.file, analysis.ignored_columns, analysis.half_lines}) +
                  "\n");
            return;
        }
        fmt::print(stderr, "{}", note_of(analysis));
        std::string text = many_ ? escape(analysis.file) + ": " : std::string();
        text += report::text_verdict(analysis.verdict, analysis.context);
        if (options_.explain) text += report::explain(analysis.verdict);
        print(text);
        if (many_) rows_.push_back({analysis.file, std::move(analysis.verdict)});
    }

    int finish() {
        if (rows_.size() > 1) print("\n" + report::text_table(std::move(rows_)));
        if (std::fflush(stdout) != 0) failed_ = true;
        if (!failed_) return worst_;
        return complain(
            {Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}});
    }

  private:
    void print(const std::string& text) {
        if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) failed_ = true;
    }

    const Options& options_;
    bool many_;
    bool failed_ = false;
    int worst_ = static_cast<int>(Exit::healthy);
    std::vector<report::TableRow> rows_{};
};

int analyze(const Options& options) {
    if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
        return complain({Error::Kind::bad_input, "standard input can be read once only", "-", {}});
    }
    const auto settings = read_judge_options(options.judge);
    if (!settings) return complain(settings.error());
    Printer printer(options);
    analyze_files(options.files, *settings, [&](Analysis analysis) { printer.take(std::move(analysis)); });
    return printer.finish();
}

}  // namespace

Command analyze_command() {
    Command command{.name = "analyze", .about = "judge recorded samples, as watch would have done live"};
    command.alias = "analyse";
    command.footer = kExamples;
    auto options = std::make_shared<Options>();
    command.add("FILE", &options->files, "CSV with a header, or - for standard input").required();
    add_judge_options(command, options->judge);
    command.add("--format FORMAT", &options->format, "text or json (rampwatch.analysis/1, an object a file)")
        .one_of({"text", "json"});
    command.add("--explain", &options->explain, "every gate with its value and its threshold");
    command.run = [options] { return analyze(*options); };
    return command;
}

}  // namespace rampwatch::cli
