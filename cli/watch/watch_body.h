// SPDX-License-Identifier: MIT
// What a watch of one process and one of a service have in common: signals, outputs, and the turns of the
// Loop.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/console/signals.h"
#include "cli/console/terminal.h"
#include "cli/watch/stop_rule.h"
#include "cli/watch/watch_listener.h"
#include "cli/watch/watch_settings.h"
#include "core/base/error.h"
#include "core/base/late_writer.h"
#include "core/base/outlet.h"
#include "core/base/say.h"
#include "core/dump/heap_feed.h"
#include "core/listen/carry_over.h"
#include "core/listen/csv_recorder.h"
#include "core/listen/dump_keeper.h"
#include "core/listen/leak_command.h"
#include "core/listen/metrics_keeper.h"
#include "core/watch/loop.h"

namespace rampwatch::cli {

class WatchBody {
  protected:
    // How soon what waits for a stopped output is tried again.
    static constexpr std::chrono::nanoseconds kTryAgain = std::chrono::milliseconds(200);
    // What a stopped output may take of our time at the end.
    static constexpr std::chrono::nanoseconds kLastWords = std::chrono::seconds(2);

    // `with_command`: see Signals; `settings` outlives this.
    WatchBody(const WatchSettings& settings, bool with_command, const StopOptions& stop)
        : settings_(settings), with_command_(with_command), signals_(with_command), stop_(signals_, stop) {}
    virtual ~WatchBody() = default;
    WatchBody(const WatchBody&) = delete;
    WatchBody& operator=(const WatchBody&) = delete;

    // A line on stderr; on a terminal the status line may stand where it goes.
    virtual void say(const std::string& line);
    [[nodiscard]] Say teller() {
        return [this](const std::string& line) { say(line); };
    }

    // --record, of this target, and --dump-dir, which can be refused before anything is started.
    [[nodiscard]] std::optional<Error> open_records(TargetId recorded);
    // Text or JSON lines on stdout.
    void open_stdout();
    [[nodiscard]] std::optional<Error> open_metrics(std::string target);

    // A signal came, other than SIGWINCH and these. Those that came are taken.
    [[nodiscard]] bool is_interrupted(std::initializer_list<unsigned> others = {});

    // What heaps are made of, kept beside the saved state where there is one; the settings for dumps with it.
    // Nothing where --heap is off.
    void open_heaps(dump::Settings& dumps, dump::HeapFeed::WhoIs who_is);
    [[nodiscard]] std::vector<Feed*> with_heaps(std::vector<Feed*> feeds);

    // Recorder and history first, so that what is said is kept already; then `ours`.
    [[nodiscard]] std::vector<watch::Listener*> listeners(std::vector<watch::Listener*> remembering,
                                                          const std::vector<watch::Listener*>& ours);
    // Until the StopRule says that it is over; outputs that were stopped are tried again meanwhile.
    void turn(watch::Loop& loop);
    void say_missing_samples();

    const WatchSettings& settings_;
    const bool with_command_;
    Signals signals_;
    StopRule stop_;
    Outlet out_{STDOUT_FILENO};
    Outlet err_{STDERR_FILENO};
    Terminal err_terminal_ = terminal_of(STDERR_FILENO);
    std::unique_ptr<watch::Listener> listener_{};
    WatchListener* screen_ = nullptr;  // the same, where it is one that draws
    std::optional<listen::CsvRecorder> recorder_{};
    std::optional<listen::DumpKeeper> keeper_{};
    std::optional<listen::CarryOver> carry_over_{};
    std::unique_ptr<listen::MetricsKeeper> metrics_{};
    std::optional<listen::LeakCommand> on_leak_{};
    std::unique_ptr<LateWriter> heap_file_{};
    std::optional<dump::HeapFeed> heaps_{};
    std::optional<dump::DumpFeed> dumps_{};
    std::optional<watch::Session> session_{};
};

// Where its history and its state are, and what the history is told of it; a history that cannot be is said.
// `whole`: the target of the session that is remembered.
listen::CarryOverOptions carry_over_options(const WatchSettings& settings, std::string target, const Say& say,
                                            TargetId whole = kMainTarget);

}  // namespace rampwatch::cli
