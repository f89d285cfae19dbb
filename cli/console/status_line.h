// SPDX-License-Identifier: MIT
// The line or two at the foot of a terminal that are redrawn in place.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/base/outlet.h"

namespace rampwatch::cli {

// Draws at most five times a second, and only where it can go out at once. One column is left free, so that
// no terminal wraps.
class StatusLine {
  public:
    // `fd` is the terminal that `outlet` writes to; both outlive it.
    StatusLine(Outlet& outlet, int fd) : outlet_(outlet), fd_(fd) {}

    // Rows without control characters, each cut to the width that the terminal has now.
    void show(std::vector<std::string> rows, std::chrono::nanoseconds boot);

    // Draws again at once: the terminal's width has changed.
    void redraw();

    // What has to go out before other lines: removes the status line. It comes back with the next show().
    std::string removed();

  private:
    void draw();

    Outlet& outlet_;
    int fd_;
    std::vector<std::string> rows_{};
    bool drawn_ = false;
    std::optional<std::chrono::nanoseconds> last_{};
};

}  // namespace rampwatch::cli
