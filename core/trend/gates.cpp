// SPDX-License-Identifier: MIT
#include "core/trend/gates.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

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

Trial::Trial(const Window& window)
    : window_(window), line_(fit_line(window.floors)), bend_(fit_bend(window.floors)) {
    const std::size_t n = window.floors.size();
    const double count = static_cast<double>(n);
    rise_ = line_.slope * (count - 1);
    span_s_ = count * window.block_s;
    z_ = z_of(line_, n);
    const double noise = std::max(bend_.residual_sd * inflation(bend_.lag1, n, 2), std::abs(rise_) / kMostZ);
    if (noise <= 0) return;
    square_t_ = bend_.square * std::sqrt(bend_.sum_p2) / noise;
    if (line_.slope <= 0) return;
    const double half = (count - 1) / 2;
    d2_ = 4 * bend_.square * half / line_.slope;
    d3_ = -3 * bend_.cube * half * half / line_.slope;
    d2_error_ = 4 * half * noise / (line_.slope * std::sqrt(bend_.sum_p2));
    d3_error_ = 3 * half * half * noise / (line_.slope * std::sqrt(bend_.sum_p3));
}

std::span<const Trial::Question> Trial::questions() {
    static constexpr std::array<Question, 14> kQuestions = {
        &Trial::patience,          &Trial::materiality_gate, &Trial::significance,
        &Trial::significance_mean, &Trial::straight_gate,    &Trial::even,
        &Trial::eighths,           &Trial::record_high,      &Trial::context,
        &Trial::slowing,           &Trial::s_shape,          &Trial::saturation,
        &Trial::still_at_top,      &Trial::monotone};
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

bool Trial::young(const Policy& policy) const {
    return window_.watched_s < policy.young_age_s && span_s_ < policy.young_span_s;
}

// One-sided on purpose: a wave or a fill is S-shaped or concave, never slow in the middle.
double Trial::bend(const Policy& policy) const {
    if (line_.slope <= 0) return kInfinite;
    if (policy.symmetric_bend > 0) {
        return std::max(std::abs(d2_) + d2_error_, std::abs(d3_) + d3_error_) / policy.symmetric_bend;
    }
    const double care = policy.straight_care;
    const double concave = .7 * span_s_ / (2.88 * policy.patience_s);
    return std::max({(d2_ + care * d2_error_) / .45, (care * d2_error_ - d2_) / concave,
                     (d3_ + care * d3_error_) / .37, (care * d3_error_ - d3_) / .8});
}

double Trial::materiality(const Policy& policy) const {
    const double fraction = young(policy) ? policy.young_fraction : policy.old_fraction;
    return std::max({policy.min_growth, fraction * window_.base, policy.swing_factor * window_.swing_wide});
}

std::optional<double> Trial::remaining() const {
    const double reach = 2 * bend_.square * (static_cast<double>(window_.floors.size()) - 1) / 2;
    const double first = bend_.slope - reach;
    const double last = bend_.slope + reach;
    if (square_t_ >= -2.5 || first <= 0) return std::nullopt;
    if (last <= 0) return 0;
    return last * (static_cast<double>(window_.floors.size()) - 1) / std::log(first / last);
}

std::optional<Gate> Trial::patience(const Policy& policy) const {
    double asked = policy.patience_s;
    const double base = std::max(window_.base, 0.0);
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
    return at_least(GateId::significance, z_, policy.significance);
}

std::optional<Gate> Trial::significance_mean(const Policy& policy) const {
    return at_least(GateId::significance_mean, z_of(fit_line(window_.means), window_.means.size()),
                    policy.significance_mean);
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
    const bool calm = straight(policy) && window_.swing_fine < policy.calm * rise_;
    return at_least(GateId::context,
                    static_cast<double>(window_.before.size()) / static_cast<double>(window_.floors.size()),
                    calm ? policy.straight_context : policy.context);
}

// Growth whose rate falls is a filling thing, so long as what came before was growth to speak of.
std::optional<Gate> Trial::slowing(const Policy& policy) const {
    if (line_.slope <= 0) return std::nullopt;
    double worst = 0;
    for (const std::size_t times : {std::size_t{1}, std::size_t{2}}) {
        const std::size_t n = std::min(window_.before.size(), times * window_.floors.size());
        if (n < 3 || (times == 2 && n <= window_.floors.size())) continue;
        const Line line = fit_line(window_.before.last(n));
        if (line.slope * static_cast<double>(n - 1) <= .3 * materiality(policy)) continue;
        worst = std::max(worst, line.slope / line_.slope / (times == 2 ? 1.15 : 1.0));
    }
    return at_most(GateId::slowing, worst, policy.slowing);
}

std::optional<Gate> Trial::straight_gate(const Policy& policy) const {
    if (policy.symmetric_bend <= 0 && !(policy.young_straight && young(policy))) return std::nullopt;
    return at_most(GateId::straight, std::min(bend(policy), 1e6), 1);
}

std::optional<Gate> Trial::s_shape(const Policy& policy) const {
    const double most = std::max(young(policy) ? .5 : .7, 1.5 * d3_error_);
    return at_most(GateId::s_shape, d3_, most);
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
