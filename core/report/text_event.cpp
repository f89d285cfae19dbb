// SPDX-License-Identifier: MIT
#include "core/report/text_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/go_text.h"
#include "core/report/task_text.h"
#include "core/report/text_verdict.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

nanoseconds seconds(double s) { return nanoseconds(static_cast<std::int64_t>(s * 1e9)); }

std::string signal_name(int number) {
    const char* name = ::sigabbrev_np(number);
    return name == nullptr ? fmt::format("signal {}", number) : fmt::format("SIG{} ({})", name, number);
}

// ps and systemd call a script by its own name, which the kernel keeps as the comm.
bool is_interpreter(std::string_view program) {
    constexpr std::array<std::string_view, 9> kNames = {"python", "ruby", "perl",  "node", "php",
                                                        "bash",   "dash", "guile", "lua"};
    return std::ranges::any_of(kNames, [&](std::string_view name) { return program.starts_with(name); });
}

std::string subject(const Event& event) {
    return event.who ? name_of(*event.who) : fmt::format("target {}", event.target);
}

std::string restarted_line(const Event& event) {
    if (event.was && event.who) {
        return fmt::format("{} is the same process as {} before (execve): life {}; it is judged from now on",
                           subject(event), escape(event.was->comm, 64), event.life);
    }
    if (event.who && event.who->unit)
        return fmt::format("{} {} (life {}); its growth is measured from now on",
                           event.who->pid == 0 ? "up again:" : "restarted as", subject(event), event.life);
    return fmt::format("restarted as {} (life {}); its growth is measured from now on", subject(event),
                       event.life);
}

std::string started_line(const Event& event) {
    std::string text = "watching " + subject(event);
    if (event.who && event.who->pid != 0 && event.who->unit) text += " of " + escape(*event.who->unit, 256);
    if (event.who && event.who->started_wall > nanoseconds(0) && event.wall > event.who->started_wall)
        text += ", up " + format_duration(event.wall - event.who->started_wall);
    if (event.who && event.who->command_line) text += ": " + escape(*event.who->command_line, 512);
    return text;
}

std::string range_of(const Interval& eta_range_s) {
    if (eta_range_s.high <= eta_range_s.low) return {};
    return fmt::format(" ({} to {})", format_duration(seconds(eta_range_s.low)),
                       format_duration(seconds(eta_range_s.high)));
}

std::string limit_line(const Verdict& verdict) {
    std::string text;
    if (verdict.limit_near) {
        const Forecast& near = *verdict.limit_near;
        text = fmt::format("at this rate {} of {} is hit in {}", people_word(near.limit.kind),
                           format_size(static_cast<double>(near.limit.limit_bytes)),
                           format_duration(seconds(near.eta_s))) +
               range_of(near.eta_range_s);
    }
    for (const auto& series : verdict.series) {
        if (!series || !series->count_limit_near) continue;
        const CountForecast& near = *series->count_limit_near;
        text += fmt::format("{}{}, at this rate full in {}{}", text.empty() ? "" : "; ",
                            count_limit_phrase(series->series, near.limit),
                            format_duration(seconds(near.eta_s)), range_of(near.eta_range_s));
    }
    if (text.empty()) return "a limit is near";
    return "limit near: " + text + "; this says nothing of a leak";
}

std::string recovered_line(const Event& event) {
    if (event.before == Claim::leak) return "recovered: the leak of " + subject(event) + " is over";
    return "recovered: " + subject(event) + " no longer grows";
}

std::string dump_line(const Event& event) {
    if (!event.dump) return "stacks were read";
    const Dump& dump = *event.dump;
    std::string others = dump.go ? format_count(dump.go->goroutines) + " goroutines and " : "";
    if (const std::string tasks = task_count_text(dump); !tasks.empty()) others += tasks + " and ";
    std::string text =
        fmt::format("read {}{} {} ({} distinct) in {} ({})", others, format_count(dump.threads),
                    dump.threads == 1 ? "thread" : "threads", dump.groups.size(), format_duration(dump.took),
                    dump.reason == DumpReason::baseline ? "baseline for later ones" : word(dump.reason));
    return text;
}

std::string ended_line(const Event& event) {
    if (!event.verdict) return "the watch has ended";
    const Verdict& verdict = *event.verdict;
    std::string text =
        fmt::format("verdict so far on {}: {}, after {} and {} samples", subject(event), word(verdict.claim),
                    format_duration(verdict.now - verdict.started), format_count(verdict.samples));
    if (verdict.ever_leak && verdict.claim != Claim::leak) text += "; a leak was reported earlier";
    return text;
}

}  // namespace

std::string name_of(const Life& life) {
    if (life.pid == 0) {  // a sum has none
        return escape(life.unit ? *life.unit : life.comm, 256);
    }
    std::string_view name = called(life);
    const bool is_threads_own = life.comm == "MainThread" || life.comm.starts_with("node-");
    if (!life.program && is_interpreter(name) && !life.comm.empty() && !is_interpreter(life.comm) &&
        !is_threads_own)
        name = life.comm;
    if (name.empty()) return fmt::format("PID {}", life.pid);
    return fmt::format("PID {} ({})", life.pid, escape(name, 64));
}

std::string text_ending(const Ending& ending) {
    switch (ending.reason) {
        case Ending::Reason::exited:
            return ending.status ? fmt::format("exited with status {}", *ending.status) : "exited";
        case Ending::Reason::signalled:
            return (was_asked(ending) ? "was stopped by " : "was killed by ") +
                   (ending.status ? signal_name(*ending.status) : "a signal");
        case Ending::Reason::oom_killed:
            return "was OOM-killed: the kernel had no memory left for it";
        case Ending::Reason::unknown:
            break;
    }
    return "ended";
}

std::string text_event(const Event& event) {
    switch (event.kind) {
        case Event::Kind::started:
            return started_line(event);
        case Event::Kind::restarted:
            return restarted_line(event);
        case Event::Kind::sample:
            return {};
        case Event::Kind::growing:
        case Event::Kind::leak:
            return event.verdict ? status_line(*event.verdict) : std::string(word(event.kind));
        case Event::Kind::leak_worse:
            return event.verdict ? "worse: " + status_line(*event.verdict) : "the leak is worse";
        case Event::Kind::recovered:
            return recovered_line(event);
        case Event::Kind::limit_near:
            return event.verdict ? limit_line(*event.verdict) : "a limit is near";
        case Event::Kind::dump:
            return dump_line(event);
        case Event::Kind::dump_failed:
            return event.error ? "no stacks: " + to_string(*event.error) : "no stacks";
        case Event::Kind::missed:
            return fmt::format("{} {} without a sample (suspended, or a starved host)",
                               format_count(event.missed_ticks), event.missed_ticks == 1 ? "tick" : "ticks");
        case Event::Kind::gone:
            return subject(event) + " " + text_ending(event.ending.value_or(Ending{}));
        case Event::Kind::ended:
            return ended_line(event);
    }
    return {};
}

}  // namespace rampwatch::report
