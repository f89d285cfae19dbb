// SPDX-License-Identifier: MIT
#include "core/report/dump_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/stack_kind.h"
#include "core/report/go_text.h"
#include "core/report/task_text.h"

namespace rampwatch::report {
namespace {

constexpr std::size_t kMostMembersShown = 12, kMostHoldersShown = 4;

// ", nothing stopped", or how many were held for how long.
std::string stop_words(const Dump& dump) {
    if (!dump.stop_time) return {};
    if (dump.stop_time->count() == 0) return ", nothing stopped";
    if (dump.stops.empty()) return fmt::format(", held for {}", format_duration(*dump.stop_time));
    return fmt::format(", {} of them held for {}", format_count(static_cast<std::int64_t>(dump.stops.size())),
                       format_duration(*dump.stop_time));
}

// "of PID 4711 (shop)", or of the file that somebody else wrote.
std::string whose(const Dump& dump) {
    const std::string name = escape(called(dump.life), 64);
    if (dump.members.size() > 1)
        return fmt::format(
            " of {} processes of {}", dump.members.size(),
            dump.life.unit ? escape(*dump.life.unit, 64) : fmt::format("PID {} ({})", dump.life.pid, name));
    if (dump.life.pid != 0) return fmt::format(" of PID {} ({})", dump.life.pid, name);
    return name.empty() ? std::string() : " in " + name;
}

// A dump of no process was written by somebody else, at a time that is not known.
std::string taken_line(const Dump& dump) {
    if (dump.life.pid == 0) return "\nas printed by " + dump.backend;
    return fmt::format("\n{}, by {} in {}", format_time(dump.wall), taken_by(dump),
                       format_duration(dump.took));
}

std::string count_line(const Dump& dump) {
    const bool others = dump.go || !dump.runtimes.empty();  // beside threads
    const StackKind kind = dump.groups.empty() || others ? StackKind::thread : dump.groups.front().kind;
    const auto stacks = std::count_if(dump.groups.begin(), dump.groups.end(),
                                      [&](const Group& group) { return !others || group.kind == kind; });
    const bool is_mixed = !others && std::any_of(dump.groups.begin(), dump.groups.end(),
                                                 [&](const Group& group) { return group.kind != kind; });
    return fmt::format("{} {} in {} different {}{}", format_count(dump.threads),
                       is_mixed ? "threads and goroutines" : noun(kind, dump.threads), format_count(stacks),
                       stacks == 1 ? "stack" : "stacks", whose(dump));
}

// "  PID 4712 (gunicorn)   20 threads, 300 tasks".
std::string member_line(const DumpMember& member) {
    const std::string name = escape(called(member.life), 32);
    const std::string who = fmt::format("PID {}{}", member.life.pid, name.empty() ? "" : " (" + name + ")");
    if (!member.missing.empty()) return fmt::format("  {}: not read: {}", who, member.missing);
    std::string text = fmt::format("  {:<32}  {} {}", who, format_count(member.threads),
                                   noun(StackKind::thread, member.threads));
    if (member.tasks > 0)
        text += fmt::format(", {} {}", format_count(member.tasks), member.tasks == 1 ? "task" : "tasks");
    return text;
}

// The main one, those that could not be read, and those with the most threads and tasks.
std::string member_lines(const Dump& dump) {
    std::vector<const DumpMember*> shown;
    for (const DumpMember& member : dump.members) shown.push_back(&member);
    if (shown.size() < 2) return {};
    std::stable_sort(shown.begin() + 1, shown.end(), [](const DumpMember* a, const DumpMember* b) {
        if (a->missing.empty() != b->missing.empty()) return b->missing.empty();
        return a->threads + a->tasks > b->threads + b->tasks;
    });
    std::string text;
    const std::size_t most = std::min(shown.size(), kMostMembersShown);
    for (std::size_t i = 0; i < most; ++i) text += member_line(*shown[i]) + "\n";
    if (shown.size() > most) text += fmt::format("  and {} more processes\n", shown.size() - most);
    return text;
}

}  // namespace

std::vector<std::string> language_lines(const Dump& dump) {
    std::vector<std::string> lines = runtime_lines(dump);
    if (!dump.go) return lines;
    lines.push_back("goroutines: " + go_count_text(*dump.go));
    for (std::string& line : go_memory_lines(dump)) lines.push_back(std::move(line));
    return lines;
}

std::string head_lines(const Dump& dump) {
    std::string text;
    for (const std::string& line : language_lines(dump)) text += line + "\n";
    text += count_line(dump) + taken_line(dump) + stop_words(dump);
    if (dump.baseline) text += fmt::format("; changes since {}", format_day_minute(*dump.baseline));
    return text + "\n" + member_lines(dump);
}

std::string holders_text(const Group& group) {
    std::string text = "in PID";
    const std::size_t shown = std::min(kMostHoldersShown, group.members.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const GroupMember& member = group.members[i];
        text += fmt::format("{} {} ({})", i > 0 ? "," : "", member.pid, format_count(member.count));
    }
    const std::size_t rest = group.members.size() - shown;
    return rest == 0 ? text
                     : text + fmt::format(" and {} more {}", rest, rest == 1 ? "process" : "processes");
}

std::vector<std::string> lock_lines(const Dump& dump, const Group& group) {
    std::vector<std::string> lines;
    if (group.kind != StackKind::thread) return lines;
    const auto has = [&](std::int64_t tid) {
        const auto in = [&](const std::vector<std::int64_t>& ids) {
            return std::find(ids.begin(), ids.end(), tid) != ids.end();
        };
        return in(group.ids) || std::any_of(group.members.begin(), group.members.end(),
                                            [&](const GroupMember& member) { return in(member.ids); });
    };
    for (const LanguageRuntime& runtime : dump.runtimes) {
        for (const std::int64_t tid : runtime.lock_holders) {
            if (has(tid)) lines.push_back(fmt::format("TID {} holds the GIL", tid));
        }
    }
    return lines;
}

}  // namespace rampwatch::report
