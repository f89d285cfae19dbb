// SPDX-License-Identifier: MIT
#include "cli/console/status_line.h"

#include <fmt/format.h>

#include <utility>

#include "cli/console/terminal.h"

namespace rampwatch::cli {
namespace {

constexpr std::chrono::milliseconds kShortestRest{200};
constexpr const char* kClear = "\r\x1b[J";  // from here to the end of the screen

}  // namespace

void StatusLine::show(std::vector<std::string> rows, std::chrono::nanoseconds boot) {
    rows_ = std::move(rows);
    if (drawn_ && last_ && boot - *last_ < kShortestRest) return;
    last_ = boot;
    draw();
}

void StatusLine::redraw() {
    if (drawn_) draw();
}

void StatusLine::draw() {
    const std::size_t columns = columns_of(fd_);
    std::string text = kClear;
    for (std::size_t i = 0; i < rows_.size(); ++i)
        text += (i > 0 ? "\r\n" : "") + fit(rows_[i], columns > 1 ? columns - 1 : 1);
    if (rows_.size() > 1)
        text += fmt::format("\r\x1b[{}A", rows_.size() - 1);  // it is cleared from its first row
    if (outlet_.write(text, Outlet::Importance::now)) drawn_ = true;
}

std::string StatusLine::removed() { return std::exchange(drawn_, false) ? kClear : ""; }

}  // namespace rampwatch::cli
