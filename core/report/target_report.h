// SPDX-License-Identifier: MIT
// All that a report says, as values; text_report, json_report and html_report put them into words.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/stack.h"
#include "core/model/target.h"
#include "core/model/told.h"
#include "core/model/verdict.h"
#include "core/report/chart.h"
#include "core/report/life_summary.h"
#include "core/report/verdict_context.h"

namespace rampwatch::report {

enum class WatchState : std::uint8_t {
    watched,  // a living process writes, or single samples come as they did
    ended,    // stopped cleanly
    dead,     // expected, and silent for too long
    absent,   // looked for by single samples, and not running
};

// A change, in words made from its record.
struct ReportEvent {
    std::chrono::nanoseconds mono{}, wall{};
    std::string kind{};  // as Event::Kind reads
    LifeNumber life = 1;
    std::string text{};  // one line, escaped
};

enum class NewsKind : std::uint8_t {
    leak_new,
    leak_doubled,
    limit_nearer,  // the time to the limit halved
    leak_over,
    restarts,  // a growth that restarts hide
    limit_near,
    killed,      // the target was ended by a signal, or by the kernel for memory
    dead,        // nobody watches it any more
    absent,      // it does not run any more
    leak_ended,  // a leak was confirmed, and ended with its process before it was told
    unwatched,   // its watch ended with its process
};
struct News {
    NewsKind kind = NewsKind::leak_new;
    std::string text{};  // one sentence, escaped
};

// By index(Series); empty of what is not drawn (SeriesRow::drawn) or was never there.
using SeriesCharts = std::array<std::vector<ChartPoint>, kSeriesCount>;

struct TargetReport {
    std::string name{};
    Life who{};  // the newest life
    LifeNumber life = 1;
    bool alive = false;  // as far as the history knows
    Verdict verdict{};
    VerdictContext context{};
    SeriesCharts charts{};             // t_s on the verdict's clock
    std::vector<LifeSummary> lives{};  // the newest ones, oldest first
    std::int64_t all_lives = 0;
    std::optional<RestartSawtooth> saw{};
    std::vector<ReportEvent> events{};  // of the time of the report, oldest first
    std::optional<Dump> dump{};         // the newest
    std::optional<std::chrono::nanoseconds> dump_mono{};
    WatchState watch = WatchState::ended;
    std::optional<std::chrono::nanoseconds> last_wall{};    // of its newest look
    std::optional<std::chrono::nanoseconds> absent_wall{};  // it was looked for then, in vain
    std::optional<std::chrono::nanoseconds> left_wall{};    // its watch ended then, with its process
    std::optional<std::int32_t> runs_again{};  // PID of another process of that program, since then
    std::chrono::nanoseconds interval{};
    bool one_shot = false;        // single samples: no watcher is to be expected
    std::string watch_options{};  // that make a new watch judge as this one did: " --patience 60s"
    Told before{};                // as it was told last
    std::vector<News> news{};
    bool silenced = false;  // acknowledged
};

struct Report {
    std::string host{};
    std::chrono::nanoseconds since_wall{}, until_wall{}, made_wall{};
    std::vector<TargetReport> targets{};  // most urgent first
    std::size_t left_out = 0;             // targets without news, where only news is wanted
    std::size_t left_out_leaks = 0;       // of these, those that leak and were told before
    std::vector<Error> troubles{};        // histories that could not be read
    std::string program = "rampwatch";    // as it is to be called in the commands that are proposed
    std::string options{};                // that the proposed commands need: " --history-dir /x"
};

// What text about its verdict may use, with its dump; the target outlives it.
VerdictContext context_of(const TargetReport& target);

// When what is shown begins, not what was asked for: a history may be younger.
std::chrono::nanoseconds shown_since(const Report& report);

// What of it is news to a reader who was told `before`; a silenced target has none but its own death.
std::vector<News> news_of(const TargetReport& target, std::chrono::nanoseconds now_wall);

// What the reader will have been told of it once this report is out.
Told told_now(const TargetReport& target, std::chrono::nanoseconds now_wall);

// Most urgent first: leaks, dead watches, growth through restarts, growth, the rest; then the nearer limit,
// the faster growth, the name.
void sort_by_urgency(std::vector<TargetReport>& targets);

// "2 leaks on db1: nginx +4.40 MiB/h, full in 8.4 days; 1 more": for a mail's subject, at most 78
// characters, ASCII where the names are.
std::string subject_line(const Report& report);

// The command to type next; empty where there is nothing to look at.
std::string next_command(const Report& report);

// "restarted 4 times, ..." in one sentence; empty where there was no restart.
std::string restarts_phrase(const TargetReport& target);

}  // namespace rampwatch::report
