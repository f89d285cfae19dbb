// SPDX-License-Identifier: MIT
#include "cli/status_line.h"

#include <utility>

#include "cli/terminal.h"

namespace rampwatch::cli {
namespace {

constexpr std::chrono::milliseconds kShortestRest{200};
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

void StatusLine::show(std::string text, std::chrono::nanoseconds boot) {
    text_ = std::move(text);
    if (drawn_ && last_ && boot - *last_ < kShortestRest) return;
    last_ = boot;
    draw();
}

void StatusLine::redraw() {
    if (drawn_) draw();
}

void StatusLine::draw() {
    const std::size_t columns = columns_of(fd_);
    const std::string line = kClearLine + fit(text_, columns > 1 ? columns - 1 : 1);
    if (outlet_.write(line, Outlet::Worth::now)) drawn_ = true;
}

std::string StatusLine::removed() { return std::exchange(drawn_, false) ? kClearLine : ""; }

}  // namespace rampwatch::cli
