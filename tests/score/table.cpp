// SPDX-License-Identifier: MIT
#include "tests/score/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/model/words.h"
#include "tests/score/comparators.h"
#include "tests/score/stats.h"

namespace rampwatch::score {
namespace {

constexpr double kYear_s = 365.25 * 86400;
constexpr double kNever = std::numeric_limits<double>::infinity();

// Hours from the onset; infinite when never or too early.
double delay_h(const std::optional<double>& at_s, const Life& life) {
    return at_s && *at_s >= life.onset_s ? (*at_s - life.onset_s) / kHour_s : kNever;
}

std::string hours(double value) { return std::isfinite(value) ? fmt::format("{:.1f}", value) : "never"; }

int count_rule(const Played& played, std::size_t rule) {
    return static_cast<int>(std::ranges::count_if(
        played.outcomes, [&](const Outcome& o) { return rule < o.rules_s.size() && o.rules_s[rule]; }));
}

// The years of those lives that the comparators saw.
double compared_years(const Played& played) {
    const auto lives =
        std::ranges::count_if(played.outcomes, [](const Outcome& o) { return !o.rules_s.empty(); });
    return static_cast<double>(lives) * kLength_s / kYear_s;
}

// A year; of recordings, which last minutes, a life.
std::string rate(const Played& played) {
    const int alarms = played.false_alarms();
    if (played.family.recording)
        return fmt::format("{:.1f} % of lives", 100.0 * alarms / static_cast<double>(played.lives.size()));
    return fmt::format("{:.3f} (<= {:.3f})", alarms / played.years(), poisson_upper(alarms) / played.years());
}

struct Leaks {
    std::vector<double> confirmed_h{}, suspected_h{}, ratio{}, leaked{}, half{}, onset_h{}, slope{};
    int covered = 0;
};

Leaks collect(const Played& played) {
    Leaks leaks;
    for (std::size_t i = 0; i < played.lives.size(); ++i) {
        const Life& life = played.lives[i];
        const Outcome& o = played.outcomes[i];
        const double confirmed_h = delay_h(o.confirmed_s, life);
        leaks.suspected_h.push_back(delay_h(o.suspected_s, life));
        leaks.confirmed_h.push_back(confirmed_h);
        leaks.ratio.push_back(confirmed_h * kHour_s / shortest_delay_s(life));
        leaks.leaked.push_back(confirmed_h * kHour_s * life.slope_per_s);
        if (!std::isfinite(confirmed_h)) continue;
        const bool inside = o.ci95_per_s.low <= life.slope_per_s && life.slope_per_s <= o.ci95_per_s.high;
        leaks.covered += inside ? 1 : 0;
        leaks.half.push_back((o.ci95_per_s.high - o.ci95_per_s.low) / 2 / life.slope_per_s);
        leaks.onset_h.push_back(std::abs(o.onset_s - life.onset_s) / kHour_s);
        leaks.slope.push_back(std::abs(o.slope_per_s / life.slope_per_s - 1));
    }
    return leaks;
}

}  // namespace

double Played::years() const { return static_cast<double>(lives.size()) * family.length_s() / kYear_s; }

int Played::false_alarms() const {
    int count = 0;
    for (std::size_t i = 0; i < lives.size(); ++i) {
        const auto& at_s = outcomes[i].confirmed_s;
        count += at_s && (family.truth != Truth::leak || *at_s < lives[i].onset_s) ? 1 : 0;
    }
    return count;
}

int Played::found() const {
    int count = 0;
    for (std::size_t i = 0; i < lives.size(); ++i) {
        count += std::isfinite(delay_h(outcomes[i].confirmed_s, lives[i])) ? 1 : 0;
    }
    return count;
}

double Played::median_delay_h() const { return quantile(collect(*this).confirmed_h, .5); }

std::string alarm_table(std::vector<Played> played, bool compare) {
    std::ranges::stable_sort(played, std::greater{},
                             [](const Played& p) { return p.false_alarms() / p.years(); });
    std::string text = fmt::format("| {:<18} | {:>5} | {:>6} | {:<18} | {:>9} |", "family", "years", "alarms",
                                   "a year (<= 95 %)", "suspected");
    std::string rule = "|---|---:|---:|---|---:|";
    if (compare) {
        for (const Comparator& comparator : comparators()) {
            text += fmt::format(" {:>9} |", comparator.name);
            rule += "---:|";
        }
    }
    text += "\n" + rule + "\n";
    for (const Played& p : played) {
        const auto suspected =
            std::ranges::count_if(p.outcomes, [](const Outcome& o) { return o.suspected_s.has_value(); });
        text += fmt::format("| {:<18} | {:>5.1f} | {:>6} | {:<18} | {:>9.2f} |", p.family.name, p.years(),
                            p.false_alarms(), rate(p), static_cast<double>(suspected) / p.years());
        for (std::size_t i = 0; compare && i < comparators().size(); ++i) {
            text += fmt::format(" {:>9.2f} |", count_rule(p, i) / compared_years(p));
        }
        text += "\n";
    }
    return text;
}

std::string delay_table(const std::vector<Played>& played, bool compare) {
    std::string text = fmt::format(
        "| {:<18} | {:>7} | {:>5} | {:>14} | {:>14} | {:>4} | {:>10} | {:>5} | {:>5} | {:>11} | {:>9} |",
        "family", "found", "early", "leak h (p90)", "grow h (p90)", "/T*", "leaked MiB", "cover", "half",
        "onset h", "slope err");
    std::string rule = "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|";
    if (compare) {
        for (const Comparator& comparator : comparators()) {
            text += fmt::format(" {:>14} |", comparator.name);
            rule += "---:|";
        }
    }
    text += "\n" + rule + "\n";
    for (const Played& p : played) {
        const Leaks leaks = collect(p);
        const int found = p.found();
        const auto share = [&](int part, int whole) { return whole > 0 ? 100.0 * part / whole : 0.0; };
        const auto pair = [](const std::vector<double>& values) {
            return hours(quantile(values, .5)) + " (" + hours(quantile(values, .9)) + ")";
        };
        const double unit = p.family.count ? 1 : 1024 * 1024;
        text += fmt::format(
            "| {:<18} | {:>6.1f}% | {:>5} | {:>14} | {:>14} | {:>4.0f} | {:>10.0f} | {:>4.0f}% | {:>4.0f}% | "
            "{:>11} | {:>4.1f}/{:>3.0f}% |",
            p.family.name, share(found, static_cast<int>(p.lives.size())), p.false_alarms(),
            pair(leaks.confirmed_h), pair(leaks.suspected_h), quantile(leaks.ratio, .5),
            quantile(leaks.leaked, .5) / unit, share(leaks.covered, found), 100 * quantile(leaks.half, .5),
            pair(leaks.onset_h), 100 * quantile(leaks.slope, .5), 100 * quantile(leaks.slope, .9));
        for (std::size_t i = 0; compare && i < comparators().size(); ++i) {
            std::vector<double> delays;
            int early = 0;
            for (std::size_t k = 0; k < p.lives.size(); ++k) {
                const auto& at_s = p.outcomes[k].rules_s;
                if (at_s.empty()) continue;
                delays.push_back(delay_h(at_s[i], p.lives[k]));
                early += at_s[i] && *at_s[i] < p.lives[k].onset_s ? 1 : 0;
            }
            const auto all = static_cast<int>(delays.size());
            text += fmt::format(" {:>5}, {:>2.0f}% e. |", hours(quantile(delays, .5)), share(early, all));
        }
        text += "\n";
    }
    return text;
}

namespace {

std::string values_of(const std::vector<Gate>& evidence) {
    std::string text;
    for (const Gate& gate : evidence) {
        text += fmt::format("{}{}={:.4g}/{:.4g}", text.empty() ? "" : " ", word(gate.id), gate.value,
                            gate.threshold);
    }
    return text;
}

}  // namespace

std::string log_lines(const Played& played) {
    std::string text;
    for (std::size_t i = 0; i < played.lives.size(); ++i) {
        const Life& life = played.lives[i];
        const Outcome& o = played.outcomes[i];
        const auto time = [](const std::optional<double>& at_s) {
            return at_s ? fmt::format("{:.0f}", *at_s) : "";
        };
        text += fmt::format("{},{},{:.0f},{:.6g},{},{},{:.6g},{:.6g},{:.6g},{:.0f},{},{}\n",
                            played.family.name, i, life.onset_s, life.slope_per_s, time(o.suspected_s),
                            time(o.confirmed_s), o.slope_per_s, o.ci95_per_s.low, o.ci95_per_s.high,
                            o.onset_s, word(o.shape), values_of(o.evidence));
    }
    return text;
}

}  // namespace rampwatch::score
