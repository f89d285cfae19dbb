// SPDX-License-Identifier: MIT
#include "core/report/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace rampwatch::report {
namespace {

using Range = ChartRange;

Range range_of(std::span<const ChartPoint> points) {
    Range range{points.front().low, points.front().high};
    for (const ChartPoint& point : points) {
        range.low = std::min(range.low, point.low);
        range.high = std::max(range.high, point.high);
    }
    return range;
}

// Which of `steps` steps `value` is on, the lowest 0; the lowest for all where everything is level.
std::size_t step_of(double value, const Range& range, std::size_t steps) {
    const double span = range.high - range.low;
    if (span <= 0) return 0;
    const double at = (value - range.low) / span * static_cast<double>(steps - 1);
    return std::min(static_cast<std::size_t>(std::lround(std::clamp(at, 0.0, 1e6))), steps - 1);
}

// The points joined into `columns` stretches of equal time; a stretch without one repeats the stretch before.
std::vector<Range> columns_of(std::span<const ChartPoint> points, std::size_t columns) {
    std::vector<Range> found(columns, {1, -1});
    const double start = points.front().t_s;
    const double span = points.back().t_s - start;
    for (const ChartPoint& point : points) {
        const double at = span > 0 ? (point.t_s - start) / span * static_cast<double>(columns) : 0;
        Range& column = found[std::min(static_cast<std::size_t>(std::max(at, 0.0)), columns - 1)];
        if (column.low > column.high) column = {point.low, point.high};
        column = {std::min(column.low, point.low), std::max(column.high, point.high)};
    }
    Range last{points.front().low, points.front().high};
    for (Range& column : found) {
        if (column.low > column.high) column = {last.high, last.high};
        last = column;
    }
    return found;
}

void append_utf8(std::string& text, char32_t c) {
    text += static_cast<char>(0xe0 | (c >> 12));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    text += static_cast<char>(0x80 | (c & 0x3f));
}

// Dots on a grid of columns and rows, the lowest row 0: each column from its low to its high, and on from the
// column before, so that a steep line has no holes.
class Grid {
  public:
    Grid(std::size_t columns, std::size_t rows) : rows_(rows), dots_(columns * rows) {}

    void draw(std::span<const ChartPoint> points, const Range& range) {
        const std::size_t columns = dots_.size() / rows_;
        std::size_t before = step_of(points.front().low, range, rows_);
        const auto stretches = columns_of(points, columns);
        for (std::size_t x = 0; x < columns; ++x) {
            std::size_t low = step_of(stretches[x].low, range, rows_);
            std::size_t high = step_of(stretches[x].high, range, rows_);
            const std::size_t now = high;
            if (before + 1 < low) low = before + 1;
            if (before > high + 1) high = before - 1;
            for (std::size_t y = low; y <= high; ++y) dots_[x * rows_ + y] = 1;
            before = now;
        }
    }
    [[nodiscard]] bool at(std::size_t x, std::size_t y) const { return dots_[x * rows_ + y] != 0; }

  private:
    std::size_t rows_;
    std::vector<std::uint8_t> dots_;
};

void cut_blanks(std::string& line, std::string_view blank) {
    while (line.ends_with(blank)) line.resize(line.size() - blank.size());
}

// Unicode 10240 and on: dots 1-3 and 7 are the left column from the top, 4-6 and 8 the right one.
std::string braille_line(const Grid& grid, std::size_t width, std::size_t bottom) {
    constexpr std::array<std::array<unsigned, 4>, 2> kBits = {
        {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}}};
    std::string line;
    for (std::size_t x = 0; x < width; ++x) {
        unsigned bits = 0;
        for (std::size_t side = 0; side < 2; ++side) {
            for (std::size_t y = 0; y < 4; ++y) {
                if (grid.at(2 * x + side, bottom + y)) bits |= kBits[side][y];
            }
        }
        append_utf8(line, 0x2800 + bits);
    }
    cut_blanks(line, "\xe2\xa0\x80");
    return line;
}

}  // namespace

void ChartTrail::add(double t_s, double value) {
    if (!std::isfinite(t_s) || !std::isfinite(value)) return;
    if (in_last_ == 0 || in_last_ == each_) {
        if (points_.size() == kMostPoints) {
            for (std::size_t i = 0; i < kMostPoints / 2; ++i) {
                const ChartPoint& a = points_[2 * i];
                const ChartPoint& b = points_[2 * i + 1];
                points_[i] = {a.t_s, std::min(a.low, b.low), std::max(a.high, b.high)};
            }
            points_.resize(kMostPoints / 2);
            each_ *= 2;
        }
        points_.push_back({t_s, value, value});
        in_last_ = 1;
        return;
    }
    ChartPoint& last = points_.back();
    last.low = std::min(last.low, value);
    last.high = std::max(last.high, value);
    ++in_last_;
}

void SeriesTrails::add(const Bucket& look) {
    const double t_s = std::chrono::duration<double>(look.mono).count();
    for (const SeriesRow& row : kSeriesRows) {
        const auto& stat = look.series[index(row.series)];
        if (!row.drawn || !stat) continue;
        ChartTrail& trail = trails_[index(row.series)];
        trail.add(t_s, static_cast<double>(stat->min));
        if (stat->max != stat->min) trail.add(t_s, static_cast<double>(stat->max));
    }
}

std::array<std::vector<ChartPoint>, kSeriesCount> SeriesTrails::points() const {
    std::array<std::vector<ChartPoint>, kSeriesCount> all;
    for (std::size_t i = 0; i < kSeriesCount; ++i)
        all[i].assign(trails_[i].points().begin(), trails_[i].points().end());
    return all;
}

std::string spark(std::span<const ChartPoint> points, std::size_t width, Glyphs glyphs) {
    constexpr std::string_view kAscii = "_.-=^";
    if (points.empty() || width == 0) return {};
    const Range range = range_of(points);
    std::string line;
    for (const Range& column : columns_of(points, width)) {
        if (glyphs == Glyphs::ascii) {
            line += kAscii[step_of(column.high, range, kAscii.size())];
        } else {
            append_utf8(line, 0x2581 + static_cast<char32_t>(step_of(column.high, range, 8)));
        }
    }
    return line;
}

std::vector<std::string> plot(std::span<const ChartPoint> points, std::size_t width, std::size_t height,
                              Glyphs glyphs, const std::optional<ChartRange>& range) {
    std::vector<std::string> lines;
    if (points.empty() || width == 0 || height == 0) return lines;
    const bool ascii = glyphs == Glyphs::ascii;
    Grid grid(ascii ? width : 2 * width, ascii ? height : 4 * height);
    grid.draw(points, range.value_or(range_of(points)));
    for (std::size_t row = height; row-- > 0;) {
        if (!ascii) {
            lines.push_back(braille_line(grid, width, 4 * row));
            continue;
        }
        std::string line;
        for (std::size_t x = 0; x < width; ++x) line += grid.at(x, row) ? '*' : ' ';
        cut_blanks(line, " ");
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace rampwatch::report
