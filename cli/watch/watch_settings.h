// SPDX-License-Identifier: MIT
// What a watch was asked for.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/history_options.h"
#include "cli/watch/stop_rule.h"
#include "cli/watch/watch_listener.h"
#include "core/dump/backend.h"
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
    bool one_shot = false;                // of a service: a single sample into the history, and no word
    std::optional<std::string> record{};  // path of a CSV file
    std::optional<int> leak_status{};
    std::optional<HistoryOptions> history{};  // as typed: what the target is called is known later
    listen::MetricsOptions metrics{};         // as typed
    std::optional<std::string> leak_file{};   // of a service
    std::vector<std::string> on_leak{};       // the words of a command; empty: none
    std::optional<std::string> save{};        // path of a page that is kept current
    std::optional<std::string> state{};       // path of the saved state; default: beside the history
};

}  // namespace rampwatch::cli
