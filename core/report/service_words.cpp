// SPDX-License-Identifier: MIT
#include "core/report/service_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/frame_text.h"
#include "core/report/task_text.h"
#include "core/report/text_verdict.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kNameWidth = 60;

std::string held(const Verdict& verdict, const std::optional<Sample>& last) {
    if (last) return format_size(static_cast<double>(last->rss_bytes));
    const auto& memory = verdict.series[index(Series::memory)];
    return memory ? format_size(memory->last) : std::string();
}

bool grows(const Verdict& verdict) { return verdict.claim >= Claim::growing; }

// "growing 4.40 MiB/h for 6 h"; for a count "1,204 threads, growing 400/h for 6 h".
std::string growth_words(const Verdict& verdict, const SeriesVerdict& series) {
    std::string text;
    if (series.series != Series::memory)
        text = fmt::format("{} {}, ", people_word(series.series), amount(series.series, series.current));
    text += "growing";
    if (series.slope_per_s) text += " " + rate(series.series, *series.slope_per_s).substr(1);
    return text + " for " + format_duration(verdict.now - series.onset.value_or(verdict.started));
}

std::string limit_words(const Verdict& verdict) {
    const auto& ahead = verdict.forecast ? verdict.forecast : verdict.limit_near;
    if (!ahead || ahead->beyond) return {};
    return ", limit in " +
           format_duration(nanoseconds(static_cast<std::int64_t>(std::clamp(ahead->eta_s, 0.0, 9e9) * 1e9)));
}

}  // namespace

std::string service_status(const Verdict& verdict, const std::optional<Sample>& last) {
    const std::string now = held(verdict, last);
    const SeriesVerdict* lead = leader(verdict);
    if (now.empty() || lead == nullptr) return "no sample yet";
    const nanoseconds watched = verdict.now - verdict.started;
    if (grows(verdict)) {
        return fmt::format("{}{}, {}{}", verdict.claim == Claim::leak ? "LEAK: " : "", now,
                           growth_words(verdict, *lead), limit_words(verdict));
    }
    if (verdict.too_sparse) return now + ", not judged: too few samples in a patience";
    if (verdict.claim == Claim::undecided)
        return fmt::format("{}, undecided: watched for {} of {}", now, format_duration(watched),
                           format_duration(verdict.patience));
    return fmt::format("{}, healthy, watched for {}{}", now, format_duration(watched), limit_words(verdict));
}

std::string top_group(const Dump& dump) {
    const auto grown = [](const Group& group) {
        return group.runtime_own ? std::int64_t{-1} : group.change.value_or(0);
    };
    const auto top =
        std::max_element(dump.groups.begin(), dump.groups.end(), [&](const Group& a, const Group& b) {
            return std::pair(grown(a), a.count) < std::pair(grown(b), b.count);
        });
    if (top == dump.groups.end() || top->frames.empty()) return {};
    const Frame& frame = top->frames[std::min(top->own_frame, top->frames.size() - 1)];
    std::string text = fmt::format("{} {}", format_count(top->count), task_noun(*top));
    if (top->change.value_or(0) > 0)
        text += fmt::format(" ({} more than in the baseline)", format_count(*top->change));
    text += " in " + frame_name(frame, kNameWidth);
    const std::string place = frame_place(frame, dump.life.executable);
    return place.empty() ? text : text + " (" + place + ")";
}

std::string post_mortem(const Verdict& verdict, const std::optional<Sample>& last, const Dump* newest) {
    const std::string now = held(verdict, last);
    if (now.empty()) return {};
    std::string text = ": it held " + now;
    if (const SeriesVerdict* lead = leader(verdict); lead != nullptr && grows(verdict)) {
        text += ", " + growth_words(verdict, *lead);
        if (verdict.claim == Claim::leak) text += " (a confirmed leak)";
    }
    const std::string group = newest != nullptr ? top_group(*newest) : std::string();
    if (group.empty()) return text;
    return text + fmt::format("; in its last dump ({}): {}", format_day_minute(newest->wall), group);
}

}  // namespace rampwatch::report
