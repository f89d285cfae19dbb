// SPDX-License-Identifier: MIT
#include "core/report/text_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kHeight = 8;
constexpr double kLevel = 0.01;      // a chart of less would show noise as mountains
constexpr std::size_t kLabel = 10;   // "1.02 GiB"
constexpr std::size_t kMargin = 13;  // two blanks, the label, a bar
constexpr double kAhead = 0.25;      // of the time shown, for the way to the limit
constexpr double kInSight = 1.6;     // a limit further up than this would press the course flat

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

using Rows = std::vector<std::vector<std::string>>;

struct Frame {
    double begin_s = 0, now_s = 0, end_s = 0, low = 0, high = 0;
    std::size_t width = 1;

    [[nodiscard]] std::optional<std::size_t> column(double t_s) const {
        if (t_s < begin_s || t_s > end_s || end_s <= begin_s) return std::nullopt;
        const auto at =
            static_cast<std::size_t>((t_s - begin_s) / (end_s - begin_s) * static_cast<double>(width));
        return std::min(at, width - 1);
    }
    [[nodiscard]] std::optional<std::size_t> row(double value) const {
        if (value < low || value > high || high <= low) return std::nullopt;
        const auto at = static_cast<std::size_t>((value - low) / (high - low) * static_cast<double>(kHeight));
        return kHeight - 1 - std::min(at, kHeight - 1);
    }
    // The middle of a column.
    [[nodiscard]] double time(std::size_t column) const {
        return begin_s + (static_cast<double>(column) + 0.5) / static_cast<double>(width) * (end_s - begin_s);
    }
    [[nodiscard]] std::size_t measured() const { return column(now_s).value_or(width - 1) + 1; }
};

Frame frame_of(const std::vector<ChartPoint>& points, std::size_t width) {
    Frame frame{.begin_s = points.front().t_s,
                .now_s = points.back().t_s,
                .end_s = points.back().t_s,
                .low = points.front().low,
                .high = points.front().high,
                .width = width};
    for (const ChartPoint& point : points) {
        frame.low = std::min(frame.low, point.low);
        frame.high = std::max(frame.high, point.high);
    }
    return frame;
}

double value_at(const FittedLine& fit, double t_s) {
    return fit.at_from + fit.slope_per_s * (t_s - fit.from_s);
}

// Room for the way ahead, and for the limit where it is near enough to be seen.
std::optional<double> look_ahead(Frame& frame, const FittedLine& fit, const Verdict& verdict) {
    frame.end_s += kAhead * (frame.now_s - frame.begin_s);
    frame.high = std::max(frame.high, value_at(fit, frame.end_s));
    if (!verdict.forecast) return std::nullopt;
    const auto limit = static_cast<double>(verdict.forecast->limit.limit_bytes);
    if (limit <= frame.low || limit > kInSight * frame.high) return std::nullopt;
    frame.high = std::max(frame.high, limit);
    return limit;
}

// Only where nothing was measured, so that it never hides what was.
void put(std::string& cell, const char* sign) {
    if (cell == " " || cell == "\xe2\xa0\x80") cell = sign;
}

void draw_fit(Rows& rows, const Frame& frame, const FittedLine& fit, const char* dot) {
    for (std::size_t x = 0; x < frame.width; ++x) {
        const double t_s = frame.time(x);
        const auto row = frame.row(value_at(fit, t_s));
        if (t_s >= fit.from_s && row) put(rows[*row][x], x < frame.measured() ? dot : "+");
    }
}

// Letters at the foot of the chart, and lines up from those of which there is one.
class Marks {
  public:
    Marks(const Frame& frame, Rows& rows, const char* upright)
        : frame_(frame), rows_(rows), upright_(upright), line_(frame.width, ' ') {}

    void add(double t_s, char sign, std::string_view words, bool with_line) {
        auto at = frame_.column(t_s);
        if (!at) return;
        if (with_line) {
            for (auto& row : rows_) put(row[*at], upright_);
        }
        for (const std::size_t beside : {*at, *at + 1, *at - 1}) {  // where two fall together
            if (beside >= line_.size() || line_[beside] != ' ') continue;
            at = beside;
            break;
        }
        line_[*at] = sign;
        const std::string item = fmt::format("{} {}", sign, words);
        if (std::find(legend_.begin(), legend_.end(), item) == legend_.end()) legend_.push_back(item);
    }
    [[nodiscard]] std::string line() const {
        const auto last = line_.find_last_not_of(' ');
        return last == std::string::npos ? std::string() : line_.substr(0, last + 1);
    }
    [[nodiscard]] const std::vector<std::string>& legend() const { return legend_; }

  private:
    const Frame& frame_;
    Rows& rows_;
    const char* upright_;
    std::string line_;
    std::vector<std::string> legend_{};
};

void mark(Marks& marks, const TargetReport& target, const Frame& frame, std::optional<double> full_s) {
    const SeriesVerdict* series = leader(target.verdict);
    if (series != nullptr && series->onset && target.verdict.claim >= Claim::growing)
        marks.add(seconds_of(*series->onset), 'o', "onset", true);
    if (target.dump_mono) marks.add(seconds_of(*target.dump_mono), 'd', "dump", true);
    if (frame.end_s > frame.now_s) marks.add(frame.now_s, 'n', "now", false);
    if (full_s) marks.add(*full_s, 'f', "full", true);
    for (const ReportEvent& event : target.events) {
        if (event.kind == word(Event::Kind::restarted))
            marks.add(seconds_of(event.mono), 'r', "restart", false);
    }
}

std::string times_line(const TargetReport& target, const Frame& frame) {
    const auto at = [&](double t_s) {
        return moment(target.verdict, nanoseconds(static_cast<std::int64_t>(t_s * 1e9)),
                      nanoseconds(static_cast<std::int64_t>((frame.end_s - frame.begin_s) * 1e9)));
    };
    const std::string left = at(frame.begin_s), right = at(frame.end_s);
    if (left.size() + right.size() + 2 > frame.width) return left;
    return left + std::string(frame.width - left.size() - right.size(), ' ') + right;
}

std::string legend_text(const std::vector<std::string>& items, std::size_t width) {
    const std::string margin(kMargin, ' ');
    std::string text, line;
    for (const std::string& item : items) {
        if (!line.empty() && kMargin + line.size() + 2 + item.size() > width) {
            text += margin + line + ",\n";
            line.clear();
        }
        line += (line.empty() ? "" : ", ") + item;
    }
    return line.empty() ? text : text + margin + line + "\n";
}

std::string rows_text(const Rows& rows, const Frame& frame) {
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
    return text;
}

}  // namespace

std::optional<FittedLine> fitted_memory(const TargetReport& target) {
    const auto& memory = target.verdict.series[index(Series::memory)];
    if (!memory || memory->claim < Claim::growing || !memory->slope_per_s || !memory->onset)
        return std::nullopt;
    FittedLine fit{seconds_of(*memory->onset), 0, *memory->slope_per_s};
    std::vector<double> feet;  // where lines of this slope through what was measured stood at the onset
    for (const ChartPoint& point : target.charts[index(Series::memory)]) {
        if (point.t_s >= fit.from_s) feet.push_back(point.low - value_at(fit, point.t_s));
    }
    if (feet.empty()) return std::nullopt;
    const auto low = feet.begin() + static_cast<std::ptrdiff_t>(feet.size() / 10);
    std::nth_element(feet.begin(), low, feet.end());
    fit.at_from = *low;
    return fit;
}

std::string text_chart(const TargetReport& target, std::size_t width, Glyphs glyphs) {
    if (target.charts[index(Series::memory)].size() < 2 || width < kMargin + 20) return {};
    Frame frame = frame_of(target.charts[index(Series::memory)], width - kMargin);
    if (frame.high - frame.low <= kLevel * frame.high) return {};
    const Verdict& verdict = target.verdict;
    const auto fit = fitted_memory(target);
    const auto limit = fit ? look_ahead(frame, *fit, verdict) : std::nullopt;
    const bool ascii = glyphs == Glyphs::ascii;
    Rows rows;
    const ChartRange range{frame.low, frame.high};
    for (const std::string& line :
         plot(target.charts[index(Series::memory)], frame.measured(), kHeight, glyphs, range))
        rows.push_back(cells_of(line, frame.width));
    if (fit) draw_fit(rows, frame, *fit, ascii ? "." : "\xc2\xb7");
    Marks marks(frame, rows, ascii ? ":" : "\xe2\x94\x8a");
    const bool is_full = limit && !verdict.forecast->beyond;
    mark(marks, target, frame, is_full ? std::optional(frame.now_s + verdict.forecast->eta_s) : std::nullopt);
    std::vector<std::string> legend = marks.legend();
    if (fit) {
        legend.emplace_back("dots: the fitted line");
        legend.emplace_back("+ its forecast");
    }
    if (limit) {
        for (std::string& cell : rows[frame.row(*limit).value_or(0)]) put(cell, "=");
        legend.push_back(
            fmt::format("= {} {}", people_word(verdict.forecast->limit.kind), format_size(*limit)));
    }
    std::string text = rows_text(rows, frame);
    const std::string margin(kMargin, ' ');
    if (const std::string line = marks.line(); !line.empty()) text += margin + line + "\n";
    return text + margin + times_line(target, frame) + "\n" + legend_text(legend, width);
}

}  // namespace rampwatch::report
