// SPDX-License-Identifier: MIT
// rampwatch analyze: the live watch's Judge over recorded samples.
#include <algorithm>
#include <memory>

#include "cli/commands/analysis_printer.h"
#include "cli/commands/commands.h"
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

What a file is, is told by its content: CSV, logs of ps, pidstat, sar, top,
atop, psrecord, mprof, docker stats and kubectl top, JSON of Prometheus, exports
of Grafana. rampwatch-formats(5) has each.)";

struct Options {
    std::vector<std::string> files{};
    JudgeOptions judge{};
    std::string format = "text";
    std::string explain{};  // empty, brief or all
};

int analyze(const Options& options) {
    if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
        return complain({Error::Kind::bad_input, "standard input can be read once only", "-", {}});
    }
    const auto settings = read_judge_options(options.judge);
    if (!settings) return complain(settings.error());
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
    command.run = [options] { return analyze(*options); };
    return command;
}

}  // namespace rampwatch::cli
