// SPDX-License-Identifier: MIT
// Small charts out of characters, from a bounded trail of points.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/model/series.h"

namespace rampwatch::report {

// The lowest and the highest value from `t_s` on, until the next point.
struct ChartPoint {
    double t_s = 0;
    double low = 0;
    double high = 0;

    friend bool operator==(const ChartPoint&, const ChartPoint&) = default;
};

// At most kMostPoints points, whatever is added: neighbours are joined when it is full, so that the whole
// time stays in sight and no peak is lost.
class ChartTrail {
  public:
    static constexpr std::size_t kMostPoints = 512;

    void add(double t_s, double value);  // times do not go back; what is not finite is left out
    [[nodiscard]] std::span<const ChartPoint> points() const { return points_; }

  private:
    std::vector<ChartPoint> points_{};
    std::size_t each_ = 1;  // values joined in a full point
    std::size_t in_last_ = 0;
};

// One trail for each series that is drawn.
class SeriesTrails {
  public:
    void add(const Bucket& look);  // its lowest and its highest values
    [[nodiscard]] bool empty() const { return trails_[index(Series::memory)].points().empty(); }
    [[nodiscard]] std::array<std::vector<ChartPoint>, kSeriesCount> points() const;

  private:
    std::array<ChartTrail, kSeriesCount> trails_{};
};

enum class Glyphs { ascii, unicode };

// `width` characters from the first to the last point, each as high as the highest value in its stretch:
// "▁▂▄█", or
// "_.-=^" in ASCII. A stretch without a value repeats the one before. Empty without points.
std::string spark(std::span<const ChartPoint> points, std::size_t width, Glyphs glyphs);

struct ChartRange {
    double low = 0;
    double high = 0;
};

// `height` lines of `width` characters, top first, from the lowest to the highest value, or over `range`:
// braille dots, two by four a character, or '*' in ASCII. No labels: the caller knows the unit. Blanks at the
// end are cut. Empty without points.
std::vector<std::string> plot(std::span<const ChartPoint> points, std::size_t width, std::size_t height,
                              Glyphs glyphs, const std::optional<ChartRange>& range = {});

}  // namespace rampwatch::report
