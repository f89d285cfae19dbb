// SPDX-License-Identifier: MIT
#include "core/report/text_diff.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/memory_text.h"
#include "core/report/runtime_heap_text.h"

namespace rampwatch::report {
namespace {

std::string who(const Dump& dump) {
    const std::string name = escape(called(dump.life), 64);
    if (dump.life.pid == 0) return name.empty() ? "?" : name;
    return name.empty() ? fmt::format("PID {}", dump.life.pid)
                        : fmt::format("PID {} ({})", dump.life.pid, name);
}

std::int64_t total(const Dump& dump) {
    std::int64_t sum = 0;
    for (const Group& group : dump.groups) sum += group.count;
    return sum;
}

std::string time_line(const Dump& before, const Dump& now) {
    if (before.wall.count() == 0 || now.wall.count() == 0) return {};
    std::string text = fmt::format("{} to {}", format_time(before.wall), format_time(now.wall));
    if (now.wall >= before.wall) text += ", " + format_duration(now.wall - before.wall);
    return text + "\n";
}

}  // namespace

std::string text_diff(const Dump& before, const Dump& now, const Dump& difference,
                      const DumpTextStyle& style) {
    std::string text = fmt::format("{} stacks, then {}, of {}\n", format_count(total(before)),
                                   format_count(total(now)), who(now));
    text += time_line(before, now);
    if (!is_same_process(before.life, now.life))
        text += fmt::format("note: these are two processes: the older dump is of {}\n", who(before));
    if (before.backend != now.backend) {
        text += fmt::format("note: read by {}, then by {}: frames can be named otherwise\n",
                            escape(before.backend, 32), escape(now.backend, 32));
    }
    if (now.wall < before.wall) text += "note: the first of the two is the newer one\n";
    for (const std::string& line : memory_lines(difference)) text += line + "\n";
    for (const std::string& line : heap_figure_lines(difference)) text += line + "\n";
    if (difference.groups.empty()) return text + "\nno group has changed\n";
    return text + "\n" + text_groups(difference, style);
}

}  // namespace rampwatch::report
