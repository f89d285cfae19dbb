// SPDX-License-Identifier: MIT
// A watch from the first look to the exit status.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/history_options.h"
#include "cli/options/target_options.h"
#include "cli/watch/stop_rule.h"
#include "cli/watch/watch_listener.h"
#include "core/dump/backend.h"
#include "core/listen/carry_over.h"
#include "core/listen/metrics_keeper.h"
#include "core/watch/session.h"

namespace rampwatch::cli {

// Checked.
struct WatchSettings {
    watch::Settings session{};
    std::chrono::nanoseconds interval{};
    StopOptions stop{};
    ListenerOptions listener{};
    dump::Settings dump{};
    std::optional<std::string> dump_directory{};
    bool show_args = false;
    bool json = false;
    std::optional<std::string> record{};  // path of a CSV file
    std::optional<int> leak_status{};
    std::optional<HistoryOptions> history{};  // as typed: what the target is called is known later
    listen::MetricsOptions metrics{};         // as typed
    std::optional<std::string> leak_file{};   // of a service
    std::vector<std::string> on_leak{};       // the words of a command; empty: none
    std::optional<std::string> save{};        // path of a page that is kept current
    std::optional<std::string> state{};       // path of the saved state; default: beside the history
};

// The exit status: 0 no leak seen, 1 a leak was said, 2 trouble; with a command the command's own, or
// `leak_status` where a leak was said.
int run_watch(const TargetOptions& target, const WatchSettings& settings);

// Where its history and its state are, and what the history is told of it; a history that cannot be is said.
// `whole`: the target of the session that is remembered.
listen::CarryOverOptions carry_over_options(const WatchSettings& settings, std::string target, const Say& say,
                                            TargetId whole = kMainTarget);

}  // namespace rampwatch::cli
