// SPDX-License-Identifier: MIT
#include "core/trend/gates.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/trend/fill.h"
#include "core/trend/pyramid.h"

namespace rampwatch::trend {
namespace {

constexpr double kMostZ = 1e4;  // a line without noise is no better proof than this
constexpr double kInfinite = std::numeric_limits<double>::infinity();

Gate at_least(GateId id, double value, double threshold) {
    return {id, value, threshold, true, value >= threshold};
}
Gate at_most(GateId id, double value, double threshold) {
    return {id, value, threshold, false, value <= threshold};
}

// Means of `parts` equal parts.
template <std::size_t parts>
std::array<double, parts> part_means(std::span<const double> values) {
    std::array<double, parts> means{};
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t from = part * values.size() / parts;
        const std::size_t to = std::max(from + 1, (part + 1) * values.size() / parts);
        double sum = 0;
        for (std::size_t i = from; i < to; ++i) sum += values[i];
        means[part] = sum / static_cast<double>(to - from);
    }
    return means;
}

double z_of(const Line& line, std::size_t n) {
    if (line.slope == 0) return 0;
    const double error = slope_error(line.residual_sd, n) * inflation(line.lag1, n, 1);
    const double least = std::abs(line.slope) / kMostZ;
    return line.slope / std::max(error, least);
}

}  // namespace

Trial::Trial(const Window& window) : window_(window), line_(fit_line(window.floors)) {
    const std::size_t n = window.floors.size();
    rise_ = line_.slope * (static_cast<double>(n) - 1);
    span_s_ = static_cast<double>(n) * window.block_s;
    z_ = z_of(line_, n);
}

// Fitted when first asked for: most windows fail before.
const Trial::Curve& Trial::curve() const {
    if (curve_) return *curve_;
    Curve& curve = curve_.emplace(Curve{});  // clang 14 does not find the default constructor
    curve.bend = fit_bend(window_.floors);
    const Bend& bend = curve.bend;
    const std::size_t n = window_.floors.size();
    const double noise = std::max(bend.residual_sd * inflation(bend.lag1, n, 2), std::abs(rise_) / kMostZ);
    if (noise <= 0) return curve;
    curve.square_t = bend.square * std::sqrt(bend.sum_p2) / noise;
    if (line_.slope <= 0) return curve;
    const double half = (static_cast<double>(n) - 1) / 2;
    curve.d2 = 4 * bend.square * half / line_.slope;
    curve.d3 = -3 * bend.cube * half * half / line_.slope;
    curve.d2_error = 4 * half * noise / (line_.slope * std::sqrt(bend.sum_p2));
    curve.d3_error = 3 * half * half * noise / (line_.slope * std::sqrt(bend.sum_p3));
    return curve;
}

std::span<const Trial::Question> Trial::questions() {
    static constexpr std::array<Question, 15> kQuestions = {
        &Trial::patience,          &Trial::materiality_gate, &Trial::significance,
        &Trial::significance_mean, &Trial::straight_gate,    &Trial::even,
        &Trial::eighths,           &Trial::record_high,      &Trial::context,
        &Trial::slowing,           &Trial::s_shape,          &Trial::saturation,
        &Trial::still_at_top,      &Trial::wander,           &Trial::monotone};
    return kQuestions;
}

bool Trial::survives(const Policy& policy) const {
    return std::ranges::all_of(questions(), [&](const Question question) {
        const auto gate = (this->*question)(policy);
        return !gate || gate->passed;
    });
}

std::vector<Gate> Trial::evidence(const Policy& policy) const {
    std::vector<Gate> gates;
    for (const Question question : questions()) {
        if (const auto gate = (this->*question)(policy)) gates.push_back(*gate);
    }
    std::ranges::sort(gates, {}, &Gate::id);
    return gates;
}

bool Trial::could_be_growth(const Policy& policy) const {
    return z_ >= 3 && rise_ >= policy.min_growth && rise_ >= 1.2 * window_.swing_wide &&
           patience(policy)->passed && still_at_top(policy)->passed && !flank(policy);
}

bool Trial::flank(const Policy& policy) const {
    const auto before = context(policy), bend = s_shape(policy);
    return young(policy) && before && !before->passed && bend && !bend->passed;
}

Asked Trial::asked(const Policy& policy) const {
    Policy walk = policy;
    walk.wander = 3;
    double slower = 0;
    for (const std::size_t times : {std::size_t{1}, std::size_t{2}}) {
        const std::size_t n = std::min(window_.before.size(), times * window_.floors.size());
        if (n < 3 || (times == 2 && n <= window_.floors.size())) continue;
        slower = std::max(slower, fit_slope(window_.before.last(n)) / line_.slope);
    }
    return {.means = significance_mean(policy)->value,
            .wander = wander(walk)->value,
            .even = even(policy)->value,
            .eighths = eighths(policy)->value,
            .slowing = slower};
}

std::optional<double> Trial::left_of_day() const {
    if (!window_.day || rise_ <= 0) return std::nullopt;
    const DayBefore& day = *window_.day;
    const double by_day = day.now / (line_.slope / window_.block_s * day.day_s);
    return day.at_start ? std::max(by_day, (day.now - *day.at_start) / rise_) : by_day;
}

double Trial::last_quarter() const { return part_means<4>(window_.floors)[3]; }

bool Trial::young(const Policy& policy) const {
    return window_.watched_s < policy.young_age_s && span_s_ < policy.young_span_s;
}

// One-sided on purpose: a wave or a fill is S-shaped or concave, never slow in the middle.
double Trial::bend(const Policy& policy) const {
    if (line_.slope <= 0) return kInfinite;
    const Curve& c = curve();
    if (policy.symmetric_bend > 0) {
        return std::max(std::abs(c.d2) + c.d2_error, std::abs(c.d3) + c.d3_error) / policy.symmetric_bend;
    }
    const double care = policy.straight_care;
    const double concave = .7 * span_s_ / (2.88 * policy.patience_s);
    return std::max({(c.d2 + care * c.d2_error) / .45, (care * c.d2_error - c.d2) / concave,
                     (c.d3 + care * c.d3_error) / .37, (care * c.d3_error - c.d3) / .8});
}

double Trial::materiality(const Policy& policy) const {
    const double fraction = young(policy) ? policy.young_fraction : policy.old_fraction;
    return std::max({policy.min_growth, fraction * window_.base, policy.swing_factor * window_.swing_wide});
}

std::optional<double> Trial::remaining() const {
    const Bend& bend = curve().bend;
    const double reach = 2 * bend.square * (static_cast<double>(window_.floors.size()) - 1) / 2;
    const double first = bend.slope - reach;
    const double last = bend.slope + reach;
    if (curve().square_t >= -2.5 || first <= 0) return std::nullopt;
    if (last <= 0) return 0;
    return last * (static_cast<double>(window_.floors.size()) - 1) / std::log(first / last);
}

std::optional<Gate> Trial::patience(const Policy& policy) const {
    double asked = policy.patience_s;
    // Against where the window begins, not the lowest floor: at its start a process is near nothing, and all
    // that it loads would be violent.
    const double base = std::max(window_.floors.front(), 0.0);
    if (policy.fast_path && window_.process_age_s >= policy.patience_s && rise_ > 2 * base) {
        const double share = 2 * base / rise_;
        asked = std::max(asked * share * share, asked * .12);
    }
    return at_least(GateId::patience, span_s_, asked);
}

std::optional<Gate> Trial::materiality_gate(const Policy& policy) const {
    return at_least(GateId::materiality, rise_, materiality(policy));
}

std::optional<Gate> Trial::significance(const Policy& policy) const {
    const double bent = span_s_ > policy.young_span_s ? policy.long_significance : policy.bent_significance;
    const bool enough = z_ >= bent || (z_ >= policy.significance && straight(policy));
    return at_least(GateId::significance, z_,
                    enough || z_ < policy.significance ? policy.significance : bent);
}

std::optional<Gate> Trial::significance_mean(const Policy& policy) const {
    return at_least(GateId::significance_mean, z_of(fit_line(window_.means), window_.means.size()),
                    policy.significance_mean);
}

// A walk now and then looks like a line; its residuals then move as far over long lags as a walk does.
std::optional<Gate> Trial::wander(const Policy& policy) const {
    if (policy.wander <= 0) return std::nullopt;
    const std::size_t n = window_.floors.size();
    std::array<double, 64> residuals{};
    assert(n <= residuals.size());
    const double middle = (static_cast<double>(n) - 1) / 2;
    for (std::size_t i = 0; i < n; ++i) {
        residuals[i] = window_.floors[i] - line_.middle - line_.slope * (static_cast<double>(i) - middle);
    }
    const double error = line_.slope / std::max(z_, 1e-9);
    const double all = std::sqrt(error * error + wander_variance(std::span(residuals).first(n)));
    return at_least(GateId::wander, all > 0 ? std::min(line_.slope / all, kMostZ) : 0, policy.wander);
}

std::optional<Gate> Trial::monotone(const Policy& policy) const {
    return at_least(GateId::monotone, kendall_tau(window_.floors), policy.monotone);
}

std::optional<Gate> Trial::even(const Policy& policy) const {
    const auto q = part_means<4>(window_.floors);
    const double usual = (q[3] - q[0]) / 3;
    if (usual <= 0) return at_least(GateId::even, 0, policy.even);
    const double smallest = std::min({q[1] - q[0], q[2] - q[1], q[3] - q[2]});
    return at_least(GateId::even, smallest / usual, policy.even);
}

std::optional<Gate> Trial::eighths(const Policy& policy) const {
    const auto e = part_means<8>(window_.floors);
    const double enough = .2 * (e[7] - e[0]) / 7;
    int rose = 0;
    for (std::size_t i = 1; i < e.size(); ++i) rose += e[i] - e[i - 1] > enough ? 1 : 0;
    return at_least(GateId::eighths, rose, policy.eighths);
}

// Coming back to an old level is not growth.
std::optional<Gate> Trial::record_high(const Policy& policy) const {
    if (window_.before.empty()) return std::nullopt;
    const double record = *std::ranges::max_element(window_.before);
    const double end = part_means<4>(window_.floors)[3];
    return at_least(GateId::record_high, end - record, .5 * materiality(policy));
}

std::optional<Gate> Trial::context(const Policy& policy) const {
    if (policy.context <= 0) return std::nullopt;
    const bool calm =
        straight(policy) && window_.swing_fine < (has_teeth() ? policy.teeth_calm : policy.calm) * rise_;
    return at_least(GateId::context,
                    static_cast<double>(window_.before.size()) / static_cast<double>(window_.floors.size()),
                    calm ? policy.straight_context : policy.context);
}

// Minor collections lift the mean over the floor by half their height; noise by a smaller share of its range.
bool Trial::has_teeth() const {
    double over = 0;
    for (std::size_t i = 0; i < window_.floors.size(); ++i) over += window_.means[i] - window_.floors[i];
    over = over / static_cast<double>(window_.floors.size()) - line_.slope / 2;
    return over > .42 * window_.swing_fine;
}

// Growth whose rate falls is a filling thing, so long as what came before was growth to speak of.
std::optional<Gate> Trial::slowing(const Policy& policy) const {
    if (line_.slope <= 0) return std::nullopt;
    // While young this may yet be the slow end of a cache. It is not when a line explains all that was seen
    // better than any such end: then what slowed was another thing, which has ended.
    const bool young_line = policy.young_straight && young(policy);
    double worst = 0, least = kInfinite;
    for (const std::size_t times : {std::size_t{1}, std::size_t{2}}) {
        const std::size_t n = std::min(window_.before.size(), times * window_.floors.size());
        if (n < 3 || (times == 2 && n <= window_.floors.size())) continue;
        const double slope = fit_slope(window_.before.last(n));
        if (slope * static_cast<double>(n - 1) <= .3 * materiality(policy)) continue;
        const double ratio = slope / line_.slope / (times == 2 ? 1.15 : 1.0);
        worst = std::max(worst, ratio);
        least = std::min(least, ratio);
    }
    const double most = young_line ? policy.slowing - .1 : policy.slowing;
    const double other = std::exp(policy.slowing_other * span_s_ / policy.day_s);
    if (worst > most && young_line && (least > other || outdoes_fill(policy))) worst = 0;
    return at_most(GateId::slowing, worst, most);
}

// A line explains all that was seen, a warm-up apart, clearly better than anything that fills.
bool Trial::outdoes_fill(const Policy& policy) const {
    const std::size_t before = std::min(window_.before.size(), 2 * window_.floors.size());
    std::array<double, Pyramid::kDepth> all{};
    std::ranges::copy(window_.before.last(before), all.begin());
    std::ranges::copy(window_.floors, all.begin() + static_cast<std::ptrdiff_t>(before));
    return line_over_fill(std::span(all).first(before + window_.floors.size()),
                          policy.patience_s / window_.block_s) >= policy.slowing_ended;
}

std::optional<Gate> Trial::straight_gate(const Policy& policy) const {
    if (policy.symmetric_bend <= 0 && !(policy.young_straight && young(policy))) return std::nullopt;
    return at_most(GateId::straight, std::min(bend(policy), 1e6), 1);
}

std::optional<Gate> Trial::s_shape(const Policy& policy) const {
    const double most = std::max(policy.s_bend, 1.5 * curve().d3_error);
    return at_most(GateId::s_shape, curve().d3, most);
}

std::optional<Gate> Trial::saturation(const Policy& policy) const {
    const auto left = remaining();
    if (!left || rise_ <= 0) return std::nullopt;
    return at_least(GateId::saturation, *left / rise_, policy.saturation);
}

std::optional<Gate> Trial::still_at_top(const Policy&) const {
    return at_least(GateId::still_at_top, window_.floors.back() - part_means<4>(window_.floors)[2], 0);
}

}  // namespace rampwatch::trend
