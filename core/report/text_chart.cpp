// SPDX-License-Identifier: MIT
#include "core/report/text_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "core/base/units.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kHeight = 8;
constexpr double kLevel = 0.01;      // a chart of less would show noise as mountains
constexpr std::size_t kLabel = 10;   // "1.02 GiB"
constexpr std::size_t kMargin = 13;  // two blanks, the label, a bar

double seconds_of(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// A line of characters that may be of several bytes each.
std::vector<std::string> cells_of(std::string_view line, std::size_t width) {
    std::vector<std::string> cells;
    for (const char c : line) {
        if ((static_cast<unsigned char>(c) & 0xc0U) == 0x80 && !cells.empty()) {
            cells.back() += c;
        } else {
            cells.emplace_back(1, c);
        }
    }
    cells.resize(std::max(cells.size(), width), " ");
    return cells;
}

struct Frame {
    double begin_s = 0, end_s = 0, low = 0, high = 0;
    std::size_t width = 1;

    [[nodiscard]] std::optional<std::size_t> column(double t_s) const {
        if (t_s < begin_s || t_s > end_s || end_s <= begin_s) return std::nullopt;
        const auto at =
            static_cast<std::size_t>((t_s - begin_s) / (end_s - begin_s) * static_cast<double>(width));
        return std::min(at, width - 1);
    }
};

Frame frame_of(const std::vector<ChartPoint>& points, std::size_t width) {
    Frame frame{points.front().t_s, points.back().t_s, points.front().low, points.front().high, width};
    for (const ChartPoint& point : points) {
        frame.low = std::min(frame.low, point.low);
        frame.high = std::max(frame.high, point.high);
    }
    return frame;
}

// Only where nothing was measured, so that it never hides what was.
void draw_fit(std::vector<std::vector<std::string>>& rows, const Frame& frame, const FittedLine& fit,
              const char* dot) {
    if (frame.high <= frame.low) return;
    for (std::size_t x = 0; x < frame.width; ++x) {
        const double t_s = frame.begin_s + (static_cast<double>(x) + 0.5) / static_cast<double>(frame.width) *
                                               (frame.end_s - frame.begin_s);
        if (t_s < fit.from_s) continue;
        const double value = fit.at_from + fit.slope_per_s * (t_s - fit.from_s);
        const double at = (value - frame.low) / (frame.high - frame.low) * static_cast<double>(kHeight);
        if (at < 0 || at >= static_cast<double>(kHeight)) continue;
        std::string& cell = rows[kHeight - 1 - static_cast<std::size_t>(at)][x];
        if (cell == " " || cell == "\xe2\xa0\x80") cell = dot;
    }
}

struct Marks {
    std::string line{};
    std::string legend{};
};

Marks marks_of(const TargetReport& target, const Frame& frame) {
    std::string line(frame.width, ' ');
    std::string legend;
    const auto mark = [&](double t_s, char sign, std::string_view words) {
        const auto at = frame.column(t_s);
        if (!at) return;
        line[*at] = sign;
        if (legend.find(words) == std::string::npos)
            legend += fmt::format("{}{} {}", legend.empty() ? "" : ", ", sign, words);
    };
    for (const ReportEvent& event : target.events) {
        if (event.kind == "restarted") mark(seconds_of(event.mono), 'r', "restart");
    }
    if (target.dump_mono) mark(seconds_of(*target.dump_mono), 'd', "dump");
    const SeriesVerdict* series = leader(target.verdict);
    if (series != nullptr && series->onset && target.verdict.claim >= Claim::growing)
        mark(seconds_of(*series->onset), 'o', "onset");
    if (const auto last = line.find_last_not_of(' '); last == std::string::npos) {
        line.clear();
    } else {
        line.resize(last + 1);
    }
    return {line, legend};
}

std::string times_line(const TargetReport& target, const Frame& frame) {
    const auto at = [&](double t_s) {
        return moment(target.verdict, nanoseconds(static_cast<std::int64_t>(t_s * 1e9)));
    };
    const std::string left = at(frame.begin_s), right = at(frame.end_s);
    if (left.size() + right.size() + 2 > frame.width) return left;
    return left + std::string(frame.width - left.size() - right.size(), ' ') + right;
}

}  // namespace

std::optional<FittedLine> fitted_memory(const Verdict& verdict) {
    const auto& memory = verdict.series[index(Series::memory)];
    if (!memory || memory->claim < Claim::growing || !memory->slope_per_s || !memory->onset)
        return std::nullopt;
    const double from_s = seconds_of(*memory->onset), now_s = seconds_of(verdict.now);
    return FittedLine{from_s, memory->current - *memory->slope_per_s * (now_s - from_s),
                      *memory->slope_per_s};
}

std::string text_chart(const TargetReport& target, std::size_t width, Glyphs glyphs) {
    if (target.memory.size() < 2 || width < kMargin + 20) return {};
    const Frame frame = frame_of(target.memory, width - kMargin);
    if (frame.high - frame.low <= kLevel * frame.high) return {};
    std::vector<std::vector<std::string>> rows;
    for (const std::string& line : plot(target.memory, frame.width, kHeight, glyphs))
        rows.push_back(cells_of(line, frame.width));
    const auto fit = fitted_memory(target.verdict);
    if (fit) draw_fit(rows, frame, *fit, glyphs == Glyphs::ascii ? "." : "\xc2\xb7");
    std::string text;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::string label = row == 0             ? format_size(frame.high)
                                  : row + 1 == kHeight ? format_size(frame.low)
                                                       : "";
        std::string line;
        for (const std::string& cell : rows[row]) line += cell;
        while (line.ends_with(' ')) line.pop_back();
        text += fmt::format("  {:>{}}|{}\n", label, kLabel, line);
    }
    const std::string margin(kMargin, ' ');
    const Marks marks = marks_of(target, frame);
    if (!marks.line.empty()) text += margin + marks.line + "\n";
    text += margin + times_line(target, frame) + "\n";
    std::string legend = marks.legend;
    if (fit) legend += (legend.empty() ? "" : ", ") + std::string("dots: the fitted line");
    return legend.empty() ? text : text + margin + legend + "\n";
}

}  // namespace rampwatch::report
