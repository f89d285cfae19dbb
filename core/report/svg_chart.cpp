// SPDX-License-Identifier: MIT
#include "core/report/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/text_chart.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

constexpr double kWidth = 760, kHeight = 240;
constexpr double kLeft = 90, kRight = 12, kTop = 22, kBottom = 34;
constexpr double kAhead = 0.25;  // of the time shown, for the way to the limit

double seconds_of(nanoseconds time) { return std::chrono::duration<double>(time).count(); }
nanoseconds time_of(double t_s) { return nanoseconds(static_cast<std::int64_t>(t_s * 1e9)); }

struct Scale {
    double begin_s = 0, end_s = 1, low = 0, high = 1;

    [[nodiscard]] double x(double t_s) const {
        return kLeft + (t_s - begin_s) / (end_s - begin_s) * (kWidth - kLeft - kRight);
    }
    [[nodiscard]] double y(double value) const {
        return kHeight - kBottom - (value - low) / (high - low) * (kHeight - kTop - kBottom);
    }
    [[nodiscard]] bool shows(double t_s) const { return t_s >= begin_s && t_s <= end_s; }
};

// 1, 2 or 5 times a power of `base` (2^10 for bytes), so that about four of them fit the span.
double grid_step(double span) {
    double unit = 1;
    while (unit * 1024 <= span / 4) unit *= 1024;
    for (const double step : {1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0}) {
        if (step * unit >= span / 5) return step * unit;
    }
    return unit * 1024;
}

Scale scale_of(const std::vector<ChartPoint>& points) {
    Scale scale{points.front().t_s, points.back().t_s, std::numeric_limits<double>::max(), 0};
    for (const ChartPoint& point : points) {
        scale.low = std::min(scale.low, point.low);
        scale.high = std::max(scale.high, point.high);
    }
    if (scale.end_s <= scale.begin_s) scale.end_s = scale.begin_s + 1;
    return scale;
}

// From zero where that costs little height: a rise looks as large as it is.
void settle_values(Scale& scale) {
    if (scale.low < 0.6 * scale.high) scale.low = 0;
    const double span = std::max(scale.high - scale.low, std::max(0.02 * scale.high, 1.0));
    scale.high += 0.08 * span;
    if (scale.low > 0) scale.low = std::max(0.0, scale.low - 0.08 * span);
    if (scale.high <= scale.low) scale.high = scale.low + 1;
}

// The highest values forth, the lowest back: what happened between two points is inside.
std::string band(const std::vector<ChartPoint>& points, const Scale& scale) {
    std::string path = "M";
    for (const ChartPoint& point : points)
        path += fmt::format("{:.1f} {:.1f} ", scale.x(point.t_s), scale.y(point.high));
    for (auto point = points.rbegin(); point != points.rend(); ++point)
        path += fmt::format("{:.1f} {:.1f} ", scale.x(point->t_s), scale.y(point->low));
    return fmt::format("<path class=\"band\" d=\"{}Z\"/>", path);
}

std::string polyline(const std::vector<ChartPoint>& points, const Scale& scale) {
    std::string path;
    for (const ChartPoint& point : points)
        path += fmt::format("{:.1f},{:.1f} ", scale.x(point.t_s), scale.y(point.high));
    return fmt::format("<polyline class=\"line\" points=\"{}\"/>", path);
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y, anchor,
                       html_escape(text));
}

std::string value_grid(const Scale& scale) {
    std::string svg;
    const double step = grid_step(scale.high - scale.low);
    for (double value = std::ceil(scale.low / step) * step; value <= scale.high; value += step) {
        const double y = scale.y(value);
        svg += fmt::format("<path class=\"grid\" d=\"M{} {:.1f}H{}\"/>", kLeft, y, kWidth - kRight);
        svg += text_at(kLeft - 6, y + 4, "end", format_size(value));
    }
    return svg;
}

std::string times(const TargetReport& target, const Scale& scale) {
    std::string svg;
    constexpr int kTicks = 3;  // the outer labels stand inside, and must not reach the next one
    for (int i = 0; i <= kTicks; ++i) {
        const double t_s = scale.begin_s + (scale.end_s - scale.begin_s) * i / kTicks;
        const double x = scale.x(t_s);
        svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {}V{}\"/>", x, kTop, kHeight - kBottom);
        const bool outer = i == 0 || i == kTicks;
        svg += fmt::format("<g{}>", outer ? "" : " class=\"between\"");
        svg += text_at(x, kHeight - kBottom + 20,
                       i == 0  ? "start"
                       : outer ? "end"
                               : "middle",
                       moment(target.verdict, time_of(t_s), time_of(scale.end_s - scale.begin_s)));
        svg += "</g>";
    }
    return svg;
}

// Lines across the chart with their words, as long as these do not stand on each other.
class Marks {
  public:
    explicit Marks(const Scale& scale) : scale_(scale) {}

    void add(double t_s, const char* cls, std::string_view words) {
        if (!scale_.shows(t_s)) return;
        const double x = scale_.x(t_s);
        const bool free = std::none_of(named_.begin(), named_.end(),
                                       [&](double other) { return std::abs(other - x) < kRoom; });
        if (free) named_.push_back(x);
        svg_ += fmt::format("<g class=\"{}\"><title>{}</title><path d=\"M{:.1f} {}V{}\"/>{}</g>", cls,
                            html_escape(words), x, kTop, kHeight - kBottom,
                            free ? text_at(x, kTop - 5, "middle", words) : "");
    }
    [[nodiscard]] const std::string& svg() const { return svg_; }

  private:
    static constexpr double kRoom = 48;
    const Scale& scale_;
    std::vector<double> named_{};
    std::string svg_{};
};

std::string marks(const TargetReport& target, const Scale& scale, std::optional<double> full_s) {
    Marks marks(scale);
    const SeriesVerdict* series = leader(target.verdict);
    if (series != nullptr && series->onset && target.verdict.claim >= Claim::growing)
        marks.add(seconds_of(*series->onset), "onset", "onset");
    if (full_s) marks.add(*full_s, "onset", "full");
    if (target.dump_mono) marks.add(seconds_of(*target.dump_mono), "dump", "dump");
    for (const ReportEvent& event : target.events) {
        if (event.kind == word(Event::Kind::restarted))
            marks.add(seconds_of(event.mono), "restart", "restart");
    }
    return marks.svg();
}

}  // namespace

std::string html_escape(std::string_view text) {
    std::string escaped;
    for (const char c : escape(text)) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string svg_memory(const TargetReport& target) {
    if (target.charts[index(Series::memory)].size() < 2) return {};
    Scale scale = scale_of(target.charts[index(Series::memory)]);
    const double now_s = scale.end_s;
    const auto fit = fitted_memory(target);
    const auto& ahead = target.verdict.forecast;
    const double limit = ahead ? static_cast<double>(ahead->limit.limit_bytes) : 0;
    if (fit) {
        scale.end_s += kAhead * (scale.end_s - scale.begin_s);
        scale.high = std::max(scale.high, fit->at_from + fit->slope_per_s * (scale.end_s - fit->from_s));
    }
    const bool limit_in_sight = limit > 0 && limit < 1.6 * scale.high;
    if (limit_in_sight) scale.high = std::max(scale.high, limit);
    settle_values(scale);
    std::string svg = fmt::format(
        "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"memory of {} over time\">",
        kWidth, kHeight, html_escape(target.name));
    svg += value_grid(scale) + times(target, scale) + band(target.charts[index(Series::memory)], scale) +
           polyline(target.charts[index(Series::memory)], scale);
    if (fit) {
        const auto point = [&](double t_s) {
            return fmt::format("{:.1f} {:.1f}", scale.x(t_s),
                               scale.y(fit->at_from + fit->slope_per_s * (t_s - fit->from_s)));
        };
        const double from_s = std::max(fit->from_s, scale.begin_s);
        svg += fmt::format("<path class=\"fit\" d=\"M{}L{}\"/>", point(from_s), point(now_s));
        svg += fmt::format("<path class=\"ahead\" d=\"M{}L{}\"/>", point(now_s), point(scale.end_s));
    }
    std::optional<double> full_s;
    if (limit_in_sight) {
        const double y = scale.y(limit);
        svg += fmt::format("<g class=\"limit\"><path d=\"M{} {:.1f}H{}\"/>{}</g>", kLeft, y, kWidth - kRight,
                           text_at(kLeft + 4, y - 4, "start",
                                   fmt::format("{} {}", people_word(ahead->limit.kind), format_size(limit))));
        if (!ahead->beyond) full_s = now_s + ahead->eta_s;
    }
    return svg + marks(target, scale, full_s) + "</svg>";
}

std::string svg_small(Series series, const std::vector<ChartPoint>& points) {
    const auto is_level = [&](const ChartPoint& point) {
        return point.low == points.front().low && point.high == points.front().low;
    };
    if (points.size() < 2 || std::ranges::all_of(points, is_level)) return {};
    Scale scale = scale_of(points);
    const double first = points.front().low, last = points.back().high;
    settle_values(scale);
    std::string path;
    for (const ChartPoint& point : points)
        path +=
            fmt::format("{:.1f},{:.1f} ", (point.t_s - scale.begin_s) / (scale.end_s - scale.begin_s) * 240,
                        44 - (point.high - scale.low) / (scale.high - scale.low) * 40);
    return fmt::format(
        "<figure class=\"small\"><figcaption>{}: {} &rarr; {}</figcaption><svg viewBox=\"0 0 240 48\" "
        "role=\"img\" "
        "aria-label=\"{} over time\"><polyline class=\"line\" points=\"{}\"/></svg></figure>",
        html_escape(people_word(series)), html_escape(amount(series, first)),
        html_escape(amount(series, last)), html_escape(people_word(series)), path);
}

}  // namespace rampwatch::report
