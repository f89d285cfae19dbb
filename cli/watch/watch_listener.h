// SPDX-License-Identifier: MIT
// What a watch says on stdout, as text or as JSON lines.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "cli/console/terminal.h"
#include "core/base/outlet.h"
#include "core/report/explain.h"
#include "core/watch/loop.h"

namespace rampwatch::cli {

struct ListenerOptions {
    bool quiet = false;                       // nothing until there is something to say
    bool shares_terminal = false;             // with a command, whose lines a status line would be mixed with
    std::optional<report::Detail> explain{};  // the evidence beside each verdict
    std::chrono::nanoseconds patience{};
    std::chrono::nanoseconds interval{};
};

class WatchListener : public watch::Listener {
  public:
    virtual void redraw() {}  // the terminal changed its size
};

// Worth a line even of a quiet watch: claims that turned, the stacks for them, an end that was none of the
// target's own choice.
bool is_news(const Event& event);

// `outlet` is of `fd`; both outlive the listener.
std::unique_ptr<WatchListener> text_listener(Outlet& outlet, int fd, const Terminal& terminal,
                                             const ListenerOptions& options);
std::unique_ptr<WatchListener> json_listener(Outlet& outlet, const ListenerOptions& options);

// One of these, for an outlet of standard output.
std::unique_ptr<WatchListener> listener_on_stdout(Outlet& outlet, bool json, const ListenerOptions& options);

}  // namespace rampwatch::cli
