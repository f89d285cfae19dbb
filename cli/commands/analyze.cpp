// SPDX-License-Identifier: MIT
// rampwatch analyze: the live watch's Judge over recorded samples.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands/analysis_printer.h"
#include "cli/commands/commands.h"
#include "cli/commands/stream_printer.h"
#include "cli/console/exit.h"
#include "cli/options/judge_options.h"
#include "core/batch/judge_all.h"

namespace rampwatch::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  rampwatch analyze mem.csv                       what watch --record wrote
  rampwatch analyze --patience 30m --explain mem.csv
  rampwatch analyze --format json *.csv | jq -c '{source, verdict}'

  while sleep 60; do date; ps -o pid,rss,comm -C nginx; done >ps.log    and then
  rampwatch analyze ps.log

  LC_ALL=C sort -t, -k1,1 -k2,2n pods.csv |       pod,time_s,rss_bytes
      rampwatch analyze --by pod --columns pod,time_s,rss_bytes -

What a file is, is told by its content: CSV, logs of ps, pidstat, sar, top,
atop, psrecord, mprof, docker stats and kubectl top, JSON of Prometheus, exports
of Grafana. rampwatch-formats(5) has each.)";

struct Options {
    std::vector<std::string> files{};
    JudgeOptions judge{};
    std::string format = "text";
    std::string explain{};  // empty, brief or all
    std::vector<std::string> by{};
    std::string columns{};  // a head
};

// One stream after the other: each is a pipe, as a rule the only one.
int analyze_streams(const Options& options, const trend::Settings& settings) {
    int worst = 0;
    for (const std::string& file : options.files) {
        StreamPrinter printer(file, options.format == "json", explain_of(options.explain));
        const batch::Analysis analysis =
            batch::analyze_sorted(file, {.by = options.by, .columns = options.columns}, settings,
                                  [&](batch::SeriesAnalysis series) { printer.print(std::move(series)); });
        worst = std::max(worst, printer.finish(analysis));
    }
    return worst;
}

std::optional<Error> check_streams(const Options& options) {
    if (options.by.size() > kMostLabels)
        return Error{Error::Kind::bad_input, fmt::format("more than {} columns", kMostLabels), "--by", {}};
    if (options.by.empty() && !options.columns.empty())
        return Error{Error::Kind::bad_input, "is for streams that --by divides", "--columns", {}};
    return std::nullopt;
}

int analyze(const Options& options) {
    if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
        return complain({Error::Kind::bad_input, "standard input can be read once only", "-", {}});
    }
    const auto settings = read_judge_options(options.judge);
    if (!settings) return complain(settings.error());
    if (const auto error = check_streams(options)) return complain(*error);
    if (!options.by.empty()) return analyze_streams(options, *settings);
    AnalysisPrinter printer(
        {options.format == "json", explain_of(options.explain), options.files.size() > 1});
    batch::analyze_files(options.files, *settings,
                         [&](batch::Analysis analysis) { printer.print(std::move(analysis)); });
    return printer.finish();
}

}  // namespace

Command analyze_command() {
    Command command{.name = "analyze", .about = "judge recorded samples, as watch would have done live"};
    command.alias = "analyse";
    command.footer = kExamples;
    auto options = std::make_shared<Options>();
    command.add("FILE", &options->files, "recordings, or - for standard input").required();
    add_judge_options(command, options->judge);
    command
        .add("--format FORMAT", &options->format, "text or json (rampwatch.analysis/1, an object a series)")
        .one_of({"text", "json"});
    add_explain(command, options->explain);
    command.heading = "Many series in one stream";
    command.add("--by COLUMN", &options->by,
                "judge each series of a sorted stream (CSV or JSON lines): this column tells them apart; "
                "repeatable");
    command.add("--columns NAMES", &options->columns,
                "names of the columns of CSV without a header: pod,time_s,rss_bytes");
    command.run = [options] { return analyze(*options); };
    return command;
}

}  // namespace rampwatch::cli
