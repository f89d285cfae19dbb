// SPDX-License-Identifier: MIT
#include "core/report/target_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "core/base/path.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/text_event.h"
#include "core/report/text_verdict.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kWho = "rampwatch: ";
constexpr std::size_t kLongestSubject = 78;  // RFC 5322 wants lines of at most 78

nanoseconds seconds(double s) {
    return nanoseconds(static_cast<std::int64_t>(std::clamp(s, 0.0, 9e9) * 1e9));
}

double rise_of(const Verdict& verdict) {
    const SeriesVerdict* series = leader(verdict);
    return series == nullptr ? 0 : series->rise.value_or(series->current - series->first);
}

std::optional<double> eta_of(const Verdict& verdict) {
    return verdict.forecast && !verdict.forecast->beyond ? std::optional(verdict.forecast->eta_s)
                                                         : std::nullopt;
}

bool leaks(const TargetReport& target) { return target.verdict.claim == Claim::leak; }

// "nginx +4.40 MiB/h, full in 8.4 days".
std::string in_short(const TargetReport& target) {
    std::string text = escape(target.name, 40);
    if (const SeriesVerdict* series = leader(target.verdict); series != nullptr && series->slope_per_s) {
        text += " " + rate(series->series, *series->slope_per_s);
        if (series->series != Series::memory) text += fmt::format(" {}", people_word(series->series));
    }
    if (const auto eta_s = eta_of(target.verdict)) text += ", full in " + format_duration(seconds(*eta_s));
    return text;
}

std::string silent_since(const TargetReport& target) {
    if (!target.last_wall) return "never sampled";
    return "not watched since " +
           format_day_minute(std::max(*target.last_wall, target.absent_wall.value_or(*target.last_wall)));
}

void add_leak_news(const TargetReport& target, std::vector<News>& news) {
    const Told& before = target.before;
    const std::string state = status_line(target.verdict);
    if (!leaks(target)) {
        if (before.leak) news.push_back({NewsKind::leak_over, "the leak is over; " + state});
        return;
    }
    const auto eta_s = eta_of(target.verdict);
    if (!before.leak) {
        news.push_back({NewsKind::leak_new, "new: " + state});
    } else if (before.rise > 0 && rise_of(target.verdict) >= 2 * before.rise) {
        news.push_back({NewsKind::leak_doubled, "what has leaked has doubled: " + state});
    } else if (eta_s && before.eta_s && *eta_s <= *before.eta_s / 2) {
        news.push_back({NewsKind::limit_nearer, "the time to its limit has halved: " + state});
    }
}

void add_ending_news(const TargetReport& target, std::vector<News>& news) {
    if (!target.before.told_wall) return;  // what was before the first report is no news
    std::int64_t killed = 0;
    const LifeSummary* newest = nullptr;
    for (const LifeSummary& life : target.lives) {
        if (!life.ended_wall || !life.ending || *life.ended_wall <= *target.before.told_wall) continue;
        if (!was_killed(*life.ending)) continue;
        ++killed;
        newest = &life;
    }
    if (newest == nullptr) return;
    std::string text = fmt::format("{} {} at {}", name_of(newest->who), text_ending(*newest->ending),
                                   format_day_minute(*newest->ended_wall));
    if (killed > 1) text += fmt::format(", the last of {} such endings", killed);
    news.push_back({NewsKind::killed, std::move(text)});
}

// Once for each time that it is gone.
void add_absence_news(const TargetReport& target, std::vector<News>& news) {
    if (target.watch != WatchState::absent || !target.last_wall) return;
    const auto noticed = target.lives.empty() ? std::nullopt : target.lives.back().ended_wall;
    if (target.before.told_wall && noticed.value_or(nanoseconds(0)) <= *target.before.told_wall) return;
    news.push_back(
        {NewsKind::absent, "not running; it was last seen " + format_day_minute(*target.last_wall)});
}

// Since the last report, or in the last day where there was none.
bool is_recent(const TargetReport& target, nanoseconds wall, nanoseconds now_wall) {
    constexpr nanoseconds kDay = std::chrono::hours(24);
    return wall > target.before.told_wall.value_or(now_wall - kDay);
}

// Whoever restarts a leaking process within the hour takes no evidence out of the mail.
void add_ended_leak(const TargetReport& target, nanoseconds now_wall, std::vector<News>& news) {
    if (leaks(target) || target.before.leak) return;  // told, or told as over
    const ReportEvent* leak = nullptr;
    for (const ReportEvent& event : target.events) {
        if (event.kind == "leak" && is_recent(target, event.wall, now_wall)) leak = &event;
    }
    if (leak == nullptr) return;
    const bool restarted = leak->life != target.life || !target.alive;
    news.push_back(
        {NewsKind::leak_ended,
         fmt::format("a leak was confirmed {}, and {}; {}", format_day_minute(leak->wall),
                     restarted ? "ended with the process" : "is over", status_line(target.verdict))});
}

// Once: its process ended, and its watch with it.
void add_left_news(const TargetReport& target, nanoseconds now_wall, std::vector<News>& news) {
    if (target.watch != WatchState::ended || !target.left_wall) return;
    if (!is_recent(target, *target.left_wall, now_wall)) return;
    std::string text = fmt::format("nobody watches {} since ", escape(target.name, 64));
    text += target.runs_again ? fmt::format("it was restarted, {}; it runs as PID {}",
                                            format_day_minute(*target.left_wall), *target.runs_again)
                              : "its process ended, " + format_day_minute(*target.left_wall);
    news.push_back({NewsKind::unwatched, text + "; watch --follow goes on through restarts"});
}

int rank(const TargetReport& target) {
    if (leaks(target)) return 0;
    if (target.watch == WatchState::dead) return 1;
    if (target.saw) return 2;
    switch (target.verdict.claim) {
        case Claim::growing:
            return 3;
        case Claim::undecided:
            return 4;
        default:
            return 5;
    }
}

// As many as there is room for, at least one.
std::string list_of(const std::vector<const TargetReport*>& targets,
                    std::string (*words)(const TargetReport&), std::size_t room) {
    std::string text;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const std::string one = (i == 0 ? "" : "; ") + words(*targets[i]);
        const std::string rest =
            i + 1 < targets.size() ? fmt::format("; {} more", targets.size() - i - 1) : "";
        if (i > 0 && text.size() + one.size() + rest.size() > room)
            return text + fmt::format("; {} more", targets.size() - i);
        text += one;
    }
    return text;
}

// In single quotes where a shell would make more of it.
std::string shell_word(const std::string& name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
               c == '-' || c == '.' || c == '@' || c == ':';
    });
    return plain && !name.empty() ? name : "'" + escape(name, 64) + "'";
}

std::string cut(std::string text) {
    if (text.size() <= kLongestSubject) return text;
    std::size_t end = kLongestSubject - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
    return text.substr(0, end) + "...";
}

// What --name finds it by.
std::string program_of(const TargetReport& target) {
    const std::string& path = target.who.executable.empty() ? target.name : target.who.executable;
    return shell_word(std::string(base_name(path)));
}

// The dead watch once more, into the same history and judging as it did.
std::string again(const Report& report, const TargetReport& target) {
    const std::string name = shell_word(target.name);
    std::string who =
        " --history-name " + name +
        (target.alive ? fmt::format(" -p {}", target.who.pid) : " --name " + program_of(target));
    if (target.who.unit) who = " --unit " + shell_word(*target.who.unit);
    return fmt::format("{} watch --history{}{}{}", report.program, report.options, target.watch_options, who);
}

// The limit that is near, memory's before that of counts.
std::string near_phrase(const Verdict& verdict) {
    if (verdict.limit_near)
        return fmt::format("at this rate {} is hit in {}; this says nothing of a leak",
                           people_word(verdict.limit_near->limit.kind),
                           format_duration(seconds(verdict.limit_near->eta_s)));
    for (const auto& series : verdict.series) {
        if (series && series->count_limit_near)
            return fmt::format("{}, at this rate full in {}; this says nothing of a leak",
                               count_limit_phrase(series->series, series->count_limit_near->limit),
                               format_duration(seconds(series->count_limit_near->eta_s)));
    }
    return {};
}

}  // namespace

VerdictContext context_of(const TargetReport& target) {
    VerdictContext context = target.context;
    if (target.dump) context.dump = std::shared_ptr<const Dump>(std::shared_ptr<const Dump>(), &*target.dump);
    return context;
}

nanoseconds shown_since(const Report& report) {
    std::optional<nanoseconds> first;
    for (const TargetReport& target : report.targets) {
        for (const LifeSummary& life : target.lives)
            first = std::min(first.value_or(life.first_wall), life.first_wall);
    }
    return std::max(report.since_wall, first.value_or(report.since_wall));
}

std::vector<News> news_of(const TargetReport& target, nanoseconds now_wall) {
    std::vector<News> news;
    if (target.before.silent_until_wall && *target.before.silent_until_wall > now_wall) return news;
    if (target.watch == WatchState::dead)
        news.push_back({NewsKind::dead, escape(target.name, 64) + ": " + silent_since(target)});
    add_leak_news(target, news);
    if (target.saw && !target.before.growing_through_restarts && !leaks(target))
        news.push_back({NewsKind::restarts, "new: " + restarts_phrase(target)});
    if (limits_near(target.verdict) != 0 && !target.before.limit_near && !leaks(target) &&
        target.watch == WatchState::watched)
        news.push_back({NewsKind::limit_near, near_phrase(target.verdict)});
    add_ending_news(target, news);
    add_absence_news(target, news);
    add_ended_leak(target, now_wall, news);
    add_left_news(target, now_wall, news);
    return news;
}

Told told_now(const TargetReport& target, nanoseconds now_wall) {
    Told told = target.before;
    if (told.silent_until_wall && *told.silent_until_wall <= now_wall) told.silent_until_wall.reset();
    if (told.silent_until_wall) return told;  // nothing was said of it
    told.told_wall = now_wall;
    told.growing_through_restarts = target.saw.has_value();
    told.limit_near = limits_near(target.verdict) != 0;
    const bool again = std::any_of(target.news.begin(), target.news.end(), [](const News& news) {
        return news.kind == NewsKind::leak_new || news.kind == NewsKind::leak_doubled ||
               news.kind == NewsKind::limit_nearer;
    });
    told.leak = leaks(target);
    if (again || !told.leak) {
        told.rise = told.leak ? rise_of(target.verdict) : 0;
        told.eta_s = told.leak ? eta_of(target.verdict) : std::nullopt;
    } else if (!told.eta_s) {
        told.eta_s = eta_of(target.verdict);
    }
    return told;
}

void sort_by_urgency(std::vector<TargetReport>& targets) {
    std::sort(targets.begin(), targets.end(), [](const TargetReport& a, const TargetReport& b) {
        const auto key = [](const TargetReport& one) {
            constexpr double kNever = std::numeric_limits<double>::infinity();
            const SeriesVerdict* series = leader(one.verdict);
            const double slope = one.verdict.claim >= Claim::growing && series != nullptr
                                     ? series->slope_per_s.value_or(0)
                                     : 0;
            return std::tuple(rank(one), eta_of(one.verdict).value_or(kNever), -slope,
                              std::string_view(one.name));
        };
        return key(a) < key(b);
    });
}

std::string subject_line(const Report& report) {
    std::vector<const TargetReport*> leaking, dead, growing, told;
    for (const TargetReport& target : report.targets) {
        if (leaks(target)) leaking.push_back(&target);
        if (target.watch == WatchState::dead) dead.push_back(&target);
        if (!leaks(target) && (target.saw || target.verdict.claim == Claim::growing))
            growing.push_back(&target);
        if (!target.news.empty()) told.push_back(&target);
    }
    const std::string on = report.host.empty() ? "" : " on " + escape(report.host, 32);
    const auto dead_words = [](const TargetReport& target) {
        return escape(target.name, 40) + " " + silent_since(target);
    };
    const auto news_words = [](const TargetReport& target) {
        return escape(target.name, 40) + ": " + target.news.front().text;
    };
    std::string tail;
    if (!leaking.empty() && !dead.empty()) tail += fmt::format("; {} unwatched", dead.size());
    if (!report.troubles.empty()) tail += fmt::format("; {} unreadable", report.troubles.size());
    if (report.left_out_leaks > 0) tail += fmt::format("; {} more leak", report.left_out_leaks);
    const auto list = [&](const auto& targets, const auto& words, const std::string& head) {
        const std::size_t taken = kWho.size() + head.size() + tail.size();
        return head + list_of(targets, words, kLongestSubject - std::min(taken, kLongestSubject));
    };
    std::string text;
    if (!leaking.empty()) {
        text = list(leaking, in_short,
                    fmt::format("{} {}{}: ", leaking.size(), leaking.size() == 1 ? "leak" : "leaks", on));
    } else if (!dead.empty()) {
        text = list(dead, dead_words, "") + on;
    } else if (!growing.empty()) {
        text = list(growing, in_short, fmt::format("no leak{}, {} growing: ", on, growing.size()));
    } else if (!told.empty()) {
        text = list(told, news_words, "");
    } else if (report.targets.empty() && !report.troubles.empty()) {
        text = fmt::format("nothing can be told{}", on);
    } else {
        text = fmt::format("no leak{}: {} {}", on, report.targets.size(),
                           report.targets.size() == 1 ? "target" : "targets");
    }
    return cut(std::string(kWho) + text + tail);
}

std::string next_command(const Report& report) {
    if (report.targets.empty())
        return report.program + (report.troubles.empty() ? " watch --history --name NAME"
                                                         : " history" + report.options + " check");
    const TargetReport& first = report.targets.front();
    const std::string name = shell_word(first.name);
    if (first.watch == WatchState::dead) return again(report, first);
    if (leaks(first) && first.alive) return fmt::format("{} dump {}", report.program, first.who.pid);
    if (report.targets.size() > 1)
        return fmt::format("{} report{} --target {}", report.program, report.options, name);
    if (first.alive) return fmt::format("{} {}", report.program, first.who.pid);
    return fmt::format("{} history{} export {}", report.program, report.options, name);
}

std::string restarts_phrase(const TargetReport& target) {
    const std::int64_t restarts = target.all_lives - 1;
    if (restarts < 1) return {};
    std::string text =
        fmt::format("restarted {} {}", format_count(restarts), restarts == 1 ? "time" : "times");
    if (!target.saw) return text;
    const RestartSawtooth& saw = *target.saw;
    const std::string low = amount(Series::memory, saw.lowest_peak),
                      high = amount(Series::memory, saw.highest_peak);
    return text + fmt::format(
                      "; each of the last {} lives rose to its end, to {}, at the same slope, about {}: the "
                      "restarts hide a growth that goes on ({} of it seen)",
                      saw.lives, low == high ? high : low + " to " + high,
                      rate(Series::memory, saw.slope_per_s), format_duration(saw.together));
}

}  // namespace rampwatch::report
