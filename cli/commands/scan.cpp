// SPDX-License-Identifier: MIT
// `rampwatch scan`: which process of this host is worth watching?
#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/program_name.h"
#include "cli/console/signals.h"
#include "cli/console/terminal.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/batch/scanner.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr int kLooksWanted = 60;  // the Judge wants 50 in a patience

constexpr const char* kExamples = R"(Examples:
  rampwatch scan              for 10 minutes; Ctrl-C shows what there is so far
  rampwatch scan --for 1m --top 5
  rampwatch scan --for 12h --format json

It is how to find which process to watch. Kernel threads are left out.)";

struct Options {
    std::string time = "10m", format = "text", top = "20";
    std::optional<std::string> interval{};
};

struct ScanSettings {
    nanoseconds time{}, interval{};
    std::size_t top = 20;
};

Result<nanoseconds> duration_at(const std::string& text, const char* option, nanoseconds least,
                                nanoseconds most) {
    const auto time = parse_duration(text);
    if (time && *time >= least && *time <= most) return time;
    return Error{Error::Kind::bad_input,
                 fmt::format("not a duration from {} to {}: {}", format_duration(least),
                             format_duration(most), escape(text, 64)),
                 option,
                 {}};
}

Result<ScanSettings> read_settings(const Options& options) {
    ScanSettings settings;
    const auto time = duration_at(options.time, "--for", 1s, 24h * 365);
    if (!time) return time.error();
    settings.time = *time;
    settings.interval = std::clamp<nanoseconds>(*time / kLooksWanted, 100ms, 10s);
    if (options.interval) {
        const auto interval = duration_at(*options.interval, "--interval", 100ms, 1h);
        if (!interval) return interval.error();
        settings.interval = *interval;
    }
    const auto top = parse_count(options.top);
    if (!top || *top > 1'000'000)
        return Error{Error::Kind::bad_input, "not a number of rows: " + escape(options.top, 64), "--top",
                     "0: all"};
    settings.top = static_cast<std::size_t>(*top);
    return settings;
}

// Until the time is over, or somebody has seen enough.
void scan_for(batch::Scanner& scanner, const ScanSettings& settings) {
    Signals signals(false);
    const bool tells = terminal_of(STDERR_FILENO).can_redraw;
    const nanoseconds began = boot_now();
    Poller poller;
    for (nanoseconds next = began;; next += settings.interval) {
        while (boot_now() < std::min(next, began + settings.time)) {
            poller.clear();
            poller.add(signals.fd());
            poller.wait(std::min(next, began + settings.time));
            std::vector<Fact> none;
            signals.collect(none);
            const auto came = signals.take_signals();
            if (std::any_of(came.begin(), came.end(),
                            [](const signalfd_siginfo& signal) { return signal.ssi_signo != SIGWINCH; }))
                return;
        }
        scanner.look();
        if (tells) {
            fmt::print(stderr, "\r\x1b[K{} of {}: growing so far: {}",
                       format_duration(std::min(boot_now() - began, settings.time)),
                       format_duration(settings.time), scanner.growing());
            std::fflush(stderr);
        }
        if (next >= began + settings.time) return;
        if (boot_now() - next > settings.interval) next = boot_now();  // suspended, or starved
    }
}

int run_scan(const Options& options) {
    const auto settings = read_settings(options);
    if (!settings) return complain(settings.error());
    // All of the Judge's times are a share of the time there is.
    auto scanner = batch::Scanner::open(
        {.patience = std::min<nanoseconds>(settings->time, 9h), .min_growth_bytes = 1 << 20});
    if (!scanner) return complain(scanner.error());
    const nanoseconds began = boot_now();
    scan_for(*scanner, *settings);
    if (terminal_of(STDERR_FILENO).can_redraw) fmt::print(stderr, "\r\x1b[K");
    report::ScanReport report = scanner->report();
    report.took = boot_now() - began;
    report.interval = settings->interval;
    report.wall = wall_now();
    report.program = program_name();
    const std::size_t columns = columns_of(STDOUT_FILENO);
    const std::string text = options.format == "json"
                                 ? report::json_scan(report) + "\n"
                                 : broken_lines(report::text_scan(report, settings->top, columns), columns);
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
        return static_cast<int>(Exit::healthy);
    return complain(
        {Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}});
}

}  // namespace

Command scan_command() {
    Command command{.name = "scan",
                    .about = "sample all processes for a while: which grow, how fast, how certain it is"};
    command.footer = kExamples;
    auto options = std::make_shared<Options>();
    command.add("--for DURATION", &options->time, "how long to look");
    command.add("-i,--interval DURATION", &options->interval,
                "time between two samples [a sixtieth of the time, at most 10s]");
    command.add("--top N", &options->top, "show this many; 0: all");
    command.add("--format FORMAT", &options->format, "text or json (rampwatch.scan/1)")
        .one_of({"text", "json"});
    command.run = [options] { return run_scan(*options); };
    return command;
}

}  // namespace rampwatch::cli
